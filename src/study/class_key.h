// How ids and values are compared that tables and folders write in different ways.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace brainmvp::study {

// Without blanks around it (no-break spaces included), in lower case.
std::string trimmed_lower(std::string_view text);

// The same id in one form: lower case, without blanks around it, "sub-", zeros in front of numbers, and the I of an image id:
// "sub-0050002" -> "50002", "UCSF-PDGM-0004" -> "ucsf-pdgm-4", "I13722" -> "13722".
std::string loose_key(std::string_view id);

// A column's name in one form: lower case, letters and digits only ("Image Data ID " -> "imagedataid").
std::string column_form(std::string_view name);

// A value without blanks around it, and whole numbers without their fraction ("1.0" -> "1").
std::string plain_value(std::string_view cell);

// Whether a value says that something is not known: empty, "-", "?", -999, -9999, N/A, #N/A, <NA>, NaN, none, pending, ...
bool is_missing_value(std::string_view plain);

// Names of columns that usually hold the id of a study, a scan or a patient, in the form of column_form().
const std::vector<std::string>& usual_key_columns();

} // namespace brainmvp::study
