#include "study/folds.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/error.h"
#include "base/random.h"

namespace brainmvp::study {
namespace {

struct Patient {
  std::string name;
  std::string stratum; // the most frequent of the patient's entries
  std::size_t entries = 0;
};

// In alphabetical order.
std::vector<Patient> patients_of(std::span<const FoldEntry> entries) {
  std::map<std::string, std::map<std::string, std::size_t>> counts;
  for (const FoldEntry& entry : entries) {
    ++counts[entry.patient][entry.stratum];
  }
  std::vector<Patient> patients;
  for (const auto& [name, strata] : counts) {
    Patient patient{.name = name, .stratum = {}};
    patient.stratum = std::ranges::max_element(strata, {}, [](const auto& one) { return one.second; })->first;
    for (const auto& [stratum, count] : strata) {
      patient.entries += count;
    }
    patients.push_back(std::move(patient));
  }
  return patients;
}

// Stratum after stratum, large patients first, since small ones then fill the gaps; patients of one size in a drawn order.
std::vector<Patient> drawn_order(const std::vector<Patient>& patients, std::uint64_t seed) {
  std::vector<Patient> order;
  for (const std::size_t position : RandomStream({seed, text_key("folds")}).permutation(patients.size())) {
    order.push_back(patients[position]);
  }
  std::ranges::stable_sort(
      order, [](const Patient& a, const Patient& b) { return std::tie(a.stratum, b.entries) < std::tie(b.stratum, a.entries); });
  return order;
}

} // namespace

std::vector<int> assign_folds(std::span<const FoldEntry> entries, int folds, std::uint64_t seed) {
  const std::vector<Patient> patients = patients_of(entries);
  if (folds < 2) {
    throw Error(ExitCode::kUsage, std::to_string(folds) + " folds; cross-validation needs 2 or more");
  }
  const auto count = static_cast<std::size_t>(folds);
  if (patients.size() < count) {
    throw Error(ExitCode::kUsage, std::to_string(folds) + " folds for " + std::to_string(patients.size()) +
                                      " patients, and a patient is never split; pass a smaller --folds");
  }
  std::vector<std::size_t> in_all(count, 0);
  std::map<std::string, std::vector<std::size_t>> in_stratum;
  std::map<std::string, int> fold_of;
  for (const Patient& patient : drawn_order(patients, seed)) {
    std::vector<std::size_t>& here = in_stratum.try_emplace(patient.stratum, count, 0).first->second;
    std::size_t best = 0;
    for (std::size_t fold = 1; fold < count; ++fold) {
      best = std::tie(here[fold], in_all[fold]) < std::tie(here[best], in_all[best]) ? fold : best;
    }
    here[best] += patient.entries;
    in_all[best] += patient.entries;
    fold_of[patient.name] = static_cast<int>(best);
  }
  std::vector<int> assigned;
  for (const FoldEntry& entry : entries) {
    assigned.push_back(fold_of.at(entry.patient));
  }
  return assigned;
}

} // namespace brainmvp::study
