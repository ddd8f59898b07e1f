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

        .global corten_init_digest_begin
        .global corten_init_digest_end
        .hidden corten_init_digest_begin
        .hidden corten_init_digest_end
corten_init_digest_begin:
        .incbin CORTEN_INIT_DIGEST, 0, 64
corten_init_digest_end:
        .section .note.GNU-stack, "", %progbits
