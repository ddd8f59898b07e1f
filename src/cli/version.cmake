# Writes OUTPUT from TEMPLATE with VERSION and the state of the git tree in SOURCE_DIR. Run at every build
# (cmake -P); the file is only touched when its text changes, so nothing is recompiled otherwise.
# Sources without their own git tree (a tarball, or one unpacked inside another tree) are "unknown".
set(COMMIT "unknown")
set(DATE "")

find_program(GIT git)
if(GIT)
  # Reading must not fight with a git command of the user's over the index lock.
  set(git ${CMAKE_COMMAND} -E env GIT_OPTIONAL_LOCKS=0 ${GIT} -C ${SOURCE_DIR})
  execute_process(COMMAND ${git} rev-parse --show-toplevel
    OUTPUT_VARIABLE toplevel OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  file(REAL_PATH "${SOURCE_DIR}" source)
  if(toplevel STREQUAL source)
    execute_process(COMMAND ${git} describe --always --dirty --abbrev=7 --exclude=*
      OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
    execute_process(COMMAND ${git} log -1 --format=%cs
      OUTPUT_VARIABLE DATE OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT failed)
      set(COMMIT ${described})
    endif()
  endif()
endif()

configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
