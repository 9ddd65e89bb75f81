// Names of studies: unique, and safe as folder names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "study/studies_file.h"

namespace brainmvp::study {

// Whether `id` can name a folder: 1 to 200 bytes, no "/", "\" or control characters, no leading dot or blank.
bool is_safe_id(std::string_view id);

// `text` with what is_safe_id forbids replaced by "_"; "study" when nothing is left.
std::string safe_id(std::string_view text);

// Name of a study from its files: the words that the stems before the modality share, else the folder.
std::string id_from_files(const std::vector<std::filesystem::path>& images, const ModalityTable& table);

// Puts names of parent folders, then numbers, to ids that several studies have. `fixed` ids are left as they are.
void make_ids_unique(std::vector<Study>& studies, const std::vector<bool>& fixed = {});

} // namespace brainmvp::study
