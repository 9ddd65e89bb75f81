// Rows of single-precision values rounded to bfloat16, in the orders in which processors multiply them. Pairs: two rows that lie
// one after another share 32-bit words, the first in the lower half. Only where processor_rounds_to_bfloat16().
#pragma once

#include <cstdint>

namespace brainmvp::nn {

// x: [rows, columns], rows `x_row` floats apart -> [rows, columns], rows `to_row` values apart
void round_rows(const float* x, std::int64_t rows, std::int64_t columns, std::int64_t x_row, std::uint16_t* to,
                std::int64_t to_row);

// x: [rows, columns], an even number of rows -> words [rows / 2, columns]
void round_pairs(const float* x, std::int64_t rows, std::int64_t columns, std::uint32_t* to);

// x: [rows, columns] of bfloat16, rows `x_row` apart -> words [pairs, columns], of which the values past `rows` are 0.
void join_pairs(const std::uint16_t* x, std::int64_t rows, std::int64_t columns, std::int64_t x_row, std::uint32_t* to,
                std::int64_t pairs);

// from: [rows, columns], rows `from_row` words apart -> [columns, rows], rows `to_row` words apart
void transpose_words(const std::uint32_t* from, std::int64_t rows, std::int64_t columns, std::int64_t from_row, std::uint32_t* to,
                     std::int64_t to_row);

} // namespace brainmvp::nn
