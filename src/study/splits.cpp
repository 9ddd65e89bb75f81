#include "study/splits.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"

namespace brainmvp::study {
namespace {

constexpr std::array<Split, 3> kParts{Split::kTraining, Split::kValidation, Split::kTest};
using Counts = std::array<std::size_t, 3>;

// The most frequent stratum of each patient, the patients in alphabetical order.
std::map<std::string, std::string> strata_of(std::span<const FoldEntry> entries) {
  std::map<std::string, std::map<std::string, std::size_t>> counts;
  for (const FoldEntry& entry : entries) {
    ++counts[entry.patient][entry.stratum];
  }
  std::map<std::string, std::string> strata;
  for (const auto& [patient, of_patient] : counts) {
    strata[patient] = std::ranges::max_element(of_patient, {}, [](const auto& one) { return one.second; })->first;
  }
  return strata;
}

// Patients of each list, by the largest remainders; none is empty.
Counts patients_of_parts(const Shares& shares, std::size_t patients) {
  Counts counts{};
  std::array<std::size_t, 3> order{0, 1, 2};
  for (std::size_t part = 0; part < 3; ++part) {
    counts[part] = std::max<std::size_t>(static_cast<std::size_t>(shares[part]) * patients / 100, 1);
  }
  const auto remainder = [&](std::size_t part) { return static_cast<std::size_t>(shares[part]) * patients % 100; };
  std::ranges::stable_sort(order, std::greater<>(), remainder);
  std::size_t all = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  for (std::size_t next = 0; all < patients; ++next, ++all) {
    ++counts[order[next % 3]];
  }
  for (; all > patients; --all) {
    --*std::ranges::max_element(counts);
  }
  return counts;
}

} // namespace

Shares parse_shares(const std::string& text) {
  const std::vector<std::string> parts = split(text, "/");
  Shares shares{};
  bool whole = parts.size() == shares.size();
  for (std::size_t part = 0; whole && part < shares.size(); ++part) {
    const char* end = parts[part].data() + parts[part].size();
    const auto [stop, error] = std::from_chars(parts[part].data(), end, shares[part]);
    whole = error == std::errc() && stop == end && shares[part] > 0 && shares[part] <= 100;
  }
  if (!whole || std::accumulate(shares.begin(), shares.end(), 0) != 100) {
    throw Error(ExitCode::kUsage, "--split " + text +
                                      ": expected the percent for training, validation and test, three whole numbers above 0 "
                                      "that add up to 100, such as 80/10/10");
  }
  return shares;
}

std::vector<Split> assign_splits(std::span<const FoldEntry> entries, const Shares& shares, std::uint64_t seed) {
  const std::map<std::string, std::string> strata = strata_of(entries);
  if (strata.size() < kParts.size()) {
    throw Error(ExitCode::kUsage, "--split: " + std::to_string(strata.size()) +
                                      " patients for three lists, and a patient is never split; list the studies by hand");
  }
  std::vector<std::pair<std::string, std::string>> order; // (stratum, patient)
  const std::vector<std::pair<std::string, std::string>> patients(strata.begin(), strata.end());
  for (const std::size_t position : RandomStream({seed, text_key("splits")}).permutation(patients.size())) {
    order.emplace_back(patients[position].second, patients[position].first);
  }
  std::ranges::stable_sort(order, {}, &std::pair<std::string, std::string>::first);
  const Counts wanted = patients_of_parts(shares, patients.size());
  Counts in_all{};
  std::map<std::string, Counts> in_stratum;
  std::map<std::string, Split> part_of;
  for (const auto& [stratum, patient] : order) {
    Counts& here = in_stratum[stratum];
    const std::size_t before_here = std::accumulate(here.begin(), here.end(), std::size_t{0});
    // How far a list is behind its share, in this stratum and in all.
    const auto behind = [&](std::size_t part) {
      const double share = static_cast<double>(wanted[part]) / static_cast<double>(patients.size());
      return share * static_cast<double>(before_here + part_of.size() + 2) - static_cast<double>(here[part] + in_all[part]);
    };
    std::size_t best = 3;
    for (std::size_t part = 0; part < 3; ++part) {
      if (in_all[part] < wanted[part] && (best == 3 || behind(part) > behind(best))) {
        best = part;
      }
    }
    ++here[best];
    ++in_all[best];
    part_of[patient] = kParts[best];
  }
  std::vector<Split> assigned;
  for (const FoldEntry& entry : entries) {
    assigned.push_back(part_of.at(entry.patient));
  }
  return assigned;
}

} // namespace brainmvp::study
