// The readers of checkpoints, under the same few thousand changed inputs in each test run.
#include "fuzzer/replay_cases.h"
