# Run by `cmake --install`: completion for bash and zsh, and manual pages, which the program writes itself.
# Input: CMAKE_INSTALL_PREFIX, program (of the build folder).
set(share "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/share")
file(MAKE_DIRECTORY "${share}/bash-completion/completions" "${share}/zsh/site-functions")
execute_process(COMMAND "${program}" completion bash OUTPUT_FILE "${share}/bash-completion/completions/brainmvp" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${program}" completion zsh OUTPUT_FILE "${share}/zsh/site-functions/_brainmvp" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${program}" manual -f -o "${share}/man/man1" COMMAND_ERROR_IS_FATAL ANY)
