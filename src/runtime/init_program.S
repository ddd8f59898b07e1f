// The stripped init helper, as CMake has just built it: init_program.cpp hands it out.
        .section .rodata
        .balign 16
        .global corten_init_program_begin
        .global corten_init_program_end
        .hidden corten_init_program_begin
        .hidden corten_init_program_end
corten_init_program_begin:
        .incbin CORTEN_INIT_PROGRAM
corten_init_program_end:
        .section .note.GNU-stack, "", %progbits
