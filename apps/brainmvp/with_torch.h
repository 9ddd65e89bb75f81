// The two builds of the program.
#pragma once

namespace brainmvp::app {

inline constexpr bool kHasTorch = BRAINMVP_HAS_TORCH;

// The arguments of main(), for become_program_with_torch().
void remember_arguments(char** arguments);

// Goes on as `brainmvp-torch`, which lies beside this program and has all commands. Throws Error(kInternal) when it cannot be
// started, and Error(kUsage) where whoever started the program knows of no libtorch that fits (BRAINMVP_NO_LIBTORCH says why).
[[noreturn]] void become_program_with_torch();

} // namespace brainmvp::app
