// As the program does, benchmarks let threads that wait sleep.
#include <benchmark/benchmark.h>

#include "base/waiting.h"

int main(int argc, char** argv) {
  brainmvp::sleep_while_waiting(argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
