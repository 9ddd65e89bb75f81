// Readers of images under random input.
#pragma once

#include <string>

#include "fuzzer/fuzz_target.h"

namespace brainmvp::fuzz {

void run_nifti(Input input); // NIfTI-1/2 and MGH, plain and in gzip
std::string seed_nifti(std::size_t number);
void run_text_image(Input input); // NRRD and MetaImage
std::string seed_text_image(std::size_t number);
void run_dicom(Input input); // headers
std::string seed_dicom(std::size_t number);
void run_gzip(Input input);
std::string seed_gzip(std::size_t number);

} // namespace brainmvp::fuzz
