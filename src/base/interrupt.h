// Ctrl-C and SIGTERM as a flag that long work asks for between its steps. A second signal ends the program at once.
#pragma once

namespace brainmvp {

void catch_interrupts();
[[nodiscard]] bool interrupted() noexcept;

// Throws Error(kInterrupted) once a signal has come; `what` names the work that stops.
void stop_if_interrupted(const char* what);

} // namespace brainmvp
