// What a folder of DICOM files holds, said from the headers' numbers alone.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "io/dicom.h"

namespace brainmvp::study {

// Which contrast the numbers of a sequence fit, as a canonical modality, or "" when they fit none; and the numbers, as text.
struct ContrastGuess {
  std::string modality;
  std::string numbers; // "TR 500 ms, TE 15 ms"
};
ContrastGuess guess_contrast(const io::DicomHeader& header);

// Why the slices of a series make no even volume (uneven gaps by number and size, another orientation, no position); empty when
// they do, each place counted once.
std::string uneven_geometry(const std::vector<io::DicomHeader>& headers);

// One line a series, and one for the files that cannot be read; no name, date, id or free text of the files is in them.
std::vector<std::string> describe_dicom(std::span<const std::filesystem::path> files);

// The command that converts a folder to NIfTI, with its name quoted for a shell.
std::string dicom_conversion(const std::filesystem::path& folder);

} // namespace brainmvp::study
