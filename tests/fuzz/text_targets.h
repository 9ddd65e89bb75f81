// Readers of lists, tables and configurations under random input.
#pragma once

#include <string>

#include "fuzzer/fuzz_target.h"

namespace brainmvp::fuzz {

void run_studies(Input input); // studies files and dataset.json
std::string seed_studies(std::size_t number);
void run_config(Input input); // --config, --modalities, --task
std::string seed_config(std::size_t number);
void run_table(Input input); // --classes-from
std::string seed_table(std::size_t number);

} // namespace brainmvp::fuzz
