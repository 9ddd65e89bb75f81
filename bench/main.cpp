// Benchmarks run in the same environment as the program.
#include <benchmark/benchmark.h>

#include "base/environment.h"

int main(int argc, char** argv) {
  brainmvp::restart_in_environment(argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
