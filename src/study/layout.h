// Layouts of data sets on disk: a table of readers, and the search that applies them to each part of a tree.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "study/findings.h"
#include "study/folder_tree.h"
#include "study/modality.h"

namespace brainmvp::study {

// A layout reads what it finds at one folder: a whole data set, or one study's folder.
struct Layout {
  std::string_view name;
  std::string_view description;
  bool takes_folders_below; // otherwise the search goes on in the folders below
  bool (*detect)(const Folder& folder, const ModalityTable& table);
  void (*read)(const Folder& folder, const ModalityTable& table, Findings& findings);
};

// In the order in which they are tried.
std::span<const Layout> layouts();

// Adds a layout of another library, tried before all others.
void add_layout(const Layout& layout);

// "vs_gk (vs_gk_1/vs_gk_t1_refT1.nii.gz), bids (...)" for messages.
std::string described_layouts(std::span<const std::string> names);

// Throws Error(kUsage) with the nearest name when there is no layout of this name; "auto" is one.
void check_layout_name(std::string_view name);

// Finds the studies below `root`. `names` are layouts to try at each folder; with "auto" all are. Every image file ends up
// used, skipped or in a notice. Throws Error(kUsage) for an unknown name.
void find_studies(const Folder& root, std::span<const std::string> names, const ModalityTable& table, Findings& findings);

} // namespace brainmvp::study
