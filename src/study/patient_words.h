// Words of file and folder names that say whose image it is, which visit, or which split.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "study/studies_file.h"

namespace brainmvp::study {

// `prefix` without words that describe a scan or a mask ("P1_SAG_3D" -> "P1", "AX" -> "").
std::string patient_words(std::string_view prefix);

// Whether two names count the same thing: equal except for numbers ("pat0", "pat12") or for their last letters ("patientA").
bool same_form(std::string_view a, std::string_view b);

// Whether `start` is equal to `name`, or its first words.
bool starts_with_words(std::string_view name, std::string_view start);

// "visit2", "tp1", "ses-1", "baseline", "2015-11-03", ...; with `weak` also "study1", "m12" and plain numbers.
bool is_visit(std::string_view name, bool weak);

// `id` without the words of a visit at its end or start; `id` itself when there are none.
std::string without_visit(const std::string& id);

// The split that a folder's name means (train, val, imagesTs, ...).
std::optional<Split> split_of_folder(std::string_view name);

// Whether a folder's name only says that images are in it (anat, dwi, nifti, images).
bool is_image_folder_name(std::string_view name);

// Whether a folder's name is of a part of a data set (data, site2, train, HGG), not of a patient.
bool is_container(std::string_view name);

} // namespace brainmvp::study
