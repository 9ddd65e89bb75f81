// What the words of a file's name say.
#pragma once

#include <string>
#include <string_view>

#include "study/modality.h"

namespace brainmvp::study {

// The last known words of a stem decide, after words that describe the scan are dropped ("t2_tse_tra" is t2). Words beside them
// change that: T1 FLAIR is T1-weighted, acq-FLAIR_T2w is FLAIR, a contrast agent makes t1 t1c, flair_to_t1 is FLAIR. Words that
// nobody knows after a modality are passed over with a remark; words of derived images (t1_brain) make a file none.
FileRole read_name(const ModalityTable& table, std::string_view stem);

// The value of an entity ("acq-") in the stem of a BIDS name, as it is written; empty when the name has none.
std::string entity_value(std::string_view stem, std::string_view key);

} // namespace brainmvp::study
