// What libraries read from the environment before main(): it counts for the programs that this process starts or becomes.
//   - Threads of OpenMP that wait for work: by default they spin for milliseconds, and where other programs want the processors a
//     thread that spins holds up the one that it waits for: steps become ten times slower.
//   - Pages of the C library's memory: large tensors come and go, and each 4 kB of a new one costs a page fault. On pages of 2 MB
//     they go back to the system at once and cost no time.
#pragma once

namespace brainmvp {

// Lets threads spin for microseconds and then sleep, and asks for large pages, except where the user has set either. Whether
// anything was changed.
bool settle_environment();

// The same for this process, which starts itself again with `arguments`, those of main(), where that changes anything.
void restart_in_environment(char** arguments);

} // namespace brainmvp
