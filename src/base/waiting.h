// How threads of OpenMP wait for work. By default they spin for milliseconds, and where other programs want the processors a
// thread that spins holds up the one that it waits for: steps become ten times slower. OpenMP reads the environment before
// main(), so what is set here counts for the programs that this process starts or becomes.
#pragma once

namespace brainmvp {

// Lets threads spin for microseconds and then sleep, unless the user has set how they wait. Whether anything was changed.
bool let_waiting_threads_sleep();

// The same for this process, which starts itself again with `arguments`, those of main(), where that changes anything.
void sleep_while_waiting(char** arguments);

} // namespace brainmvp
