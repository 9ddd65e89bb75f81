// Ctrl-C and SIGTERM as a flag that long work asks for between its steps. A second signal ends the program at once.
#pragma once

namespace brainmvp {

void catch_interrupts();
[[nodiscard]] bool interrupted() noexcept;

// Sets or clears the flag, for a process that takes its signals itself, as Python does.
void set_interrupted(bool value) noexcept;

// Throws Error(kInterrupted) once a signal has come; `what` names the work that stops.
void stop_if_interrupted(const char* what);

} // namespace brainmvp
