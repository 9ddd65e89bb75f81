// What `index` adds to the studies it found: the labels of a task, classes from tables, folds.
#pragma once

#include "study/findings.h"
#include "study/index.h"

namespace brainmvp::study {

// Makes the labels of a segmentation task those of every study.
void declare_labels(const IndexOptions& options, Findings& findings);

// The labels and regions of a segmentation task, also when no study has a label map.
void complete_table(const IndexOptions& options, StudiesFile& file);

// Throws Error(kBadInput), saying what was looked for, when no study has a label map that a segmentation task needs.
void refuse_without_labels(const IndexOptions& options, const Findings& findings);

// The modality whose grid counts: the task's, otherwise that of the studies files, which may name one.
std::string reference_of(const IndexOptions& options, Findings& findings);

// Classes of studies from options.classes_from, otherwise from the tables that the task names, otherwise as the layout found
// them; and their names in the table. Throws Error(kBadInput) when the task's table is not there.
void set_classes(const IndexOptions& options, StudiesFile& file, Findings& findings);

// Folds over the studies that can be trained on and stand in no test list.
// Lists of options.shares, by patient; classes, and studies with and without a label map, are shared alike.
void set_splits(const IndexOptions& options, StudiesFile& file);
void set_folds(const IndexOptions& options, StudiesFile& file, Findings& findings);

} // namespace brainmvp::study
