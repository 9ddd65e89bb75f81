// A study while its files are gathered, and the rules that all layout readers share.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "study/findings.h"
#include "study/modality.h"

namespace brainmvp::study {

struct CaseDraft {
  std::string id = {};
  std::string patient = {}; // empty: patient_of_id() of study_id.h
  std::string dataset = {};
  std::string layout = {};
  std::vector<std::string> schemes = {};
  Split split = Split::kTraining;
  std::optional<std::string> class_name = {};
  std::vector<std::pair<std::string, std::filesystem::path>> images = {}; // modality, file
  std::vector<std::filesystem::path> labels = {};
};

// Puts a file into the draft by what its name says, or skips it with the reason.
void add_file(const std::filesystem::path& file, const ModalityTable& table, CaseDraft& draft, Findings& findings);

// Adds the study: modalities in the order of kMainModalities, others after them. Of several files of one modality, or
// several label maps, the plainest name is used, with a warning: fewest BIDS qualifiers (acq-, rec-, run-2, space-, ...),
// lowest run, shortest, first in the alphabet. A draft without images adds nothing; its labels are skipped.
void add_study(CaseDraft draft, Findings& findings);

// The value of an entity of a BIDS name in lower case ("space-" of sub-01_space-MNI_T1w is "mni"), or nothing.
std::string entity_of(const std::filesystem::path& file, std::string_view key);

// Whether the entities of a name say that it is of a lesion ("_label-lesion_mask", "_desc-T1lesion_mask").
bool is_lesion_mask(const std::filesystem::path& file);

// Whether a label map is of the tissues or regions of a whole brain, as pipelines write them.
bool is_tissue_map(const std::filesystem::path& file);

// Leaves out label maps in a space that no image has, those beside a lesion mask, and the halves of hemi-L and hemi-R.
void choose_labels(CaseDraft& draft, Findings& findings);

// Splits the files of one folder into cases by the words that name the patient ("case1_t1", "case1_t2"). Files without such
// words are a case of their own. Names that could be of one patient or of several are left out with an error. A label map goes
// to the case that its words name; one that names another patient is left out with a warning.
struct CaseFiles {
  std::string prefix; // words that the names of the case share; may be empty
  std::vector<std::filesystem::path> files;
};
std::vector<CaseFiles> split_into_cases(const std::vector<std::filesystem::path>& files, const ModalityTable& table,
                                        Findings& findings);

// `files` of one folder without those that SPM or CAT wrote beside their image ("wmsub1_T1" beside "sub1_T1", "c1sub-01_T1w"),
// which are skipped.
std::vector<std::filesystem::path> without_spm_outputs(const std::vector<std::filesystem::path>& files,
                                                       const ModalityTable& table, Findings& findings);

// What the words after the modality say of images whose names are the same before it.
enum class SuffixReading {
  kOneStudy,
  kPatients, // "T1_001", "FLAIR_001", "T1_002"
  kUnsure,   // "T1_001", "FLAIR_002"
};
SuffixReading read_suffixes(const std::vector<std::filesystem::path>& files, const std::string& folder,
                            const ModalityTable& table, Findings& findings);

// The words before the modality and those after it, which name the patient where read_suffixes() says so. The mask
// "T1_001_seg" is of 001.
std::string key_with_suffix(const FileRole& role, const ModalityTable& table);

// Leaves out images whose names could be those of one patient or of the patients `readings`, with an error.
void refuse_readings(const std::vector<std::filesystem::path>& files, const std::filesystem::path& folder,
                     const std::vector<std::string>& readings, Findings& findings);

// The words before the modality without BIDS qualifiers ("sub-01_run-2_T1w" -> "sub-01").
std::string plain_prefix(const std::string& prefix);

} // namespace brainmvp::study
