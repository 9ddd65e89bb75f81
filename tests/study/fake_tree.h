// Trees of tiny images with the names of real data sets.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "study/findings.h"
#include "study/index.h"
#include "support/support.h"

namespace brainmvp::test {

// Bytes of an uncompressed NIfTI file of `size`^3 voxels with the values 0, 1, 2, ... modulo 7, moved by `shift_mm` along i.
std::string tiny_image(std::size_t size = 4, double shift_mm = 0);

// Bytes of a label map on the grid of tiny_image() that holds 0 and `values`.
std::string tiny_label(const std::vector<std::int32_t>& values = {1});

// Writes tiny images at these paths below `root`. Names with seg, msk, mask, label, gold or segm become label maps.
void put_images(const std::filesystem::path& root, std::initializer_list<std::string> names);

// The studies that `layout` finds below `root`, without reading the images.
study::Findings find(const std::filesystem::path& root, const std::string& layout = "auto");

// "id: modalities | label file's name" of each study, in order; the text after "|" is missing without a label.
std::vector<std::string> lines(const study::Findings& findings);
std::vector<std::string> lines(const study::Index& index);

// Number of skipped files a reason.
std::map<std::string, std::size_t> skipped_by_reason(const study::Findings& findings);

inline constexpr auto kWarning = study::Notice::Severity::kWarning;
inline constexpr auto kError = study::Notice::Severity::kError;

// Whether any notice has this severity and holds this text in its kind or text.
bool notes(const std::vector<study::Notice>& notices, study::Notice::Severity severity, const std::string& text);

} // namespace brainmvp::test
