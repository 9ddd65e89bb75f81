// Stdout, where commands print their results, must not lose them without a word.
#pragma once

namespace brainmvp::app {

// Puts /dev/null where the program was started without a standard stream, so that no file that it opens is taken for one.
// Writing to a stdout that was closed still fails.
void fill_closed_streams();

// Throws Error(kOutOfResources) when something that was printed on stdout has not arrived.
void finish_results();

} // namespace brainmvp::app
