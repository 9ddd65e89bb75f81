#include "nn/kernels/bfloat_layout.h"

#include <array>

#include "nn/kernels/bfloat_vectors.h"

namespace brainmvp::nn {
namespace {

struct Tile {
  __m512i rows[kLanes]; // an array of the library would drop what the type says about its alignment
};

struct alignas(64) Lanes {
  std::array<std::int32_t, kLanes> from{};
};

// Of two vectors (a, b): which words the first and the second hold after they exchange halves of each 2 `distance` words.
struct Exchange {
  constexpr explicit Exchange(int words) : distance(words) {
    for (int lane = 0; lane < kLanes; ++lane) {
      const bool from_b = (lane & words) != 0;
      const int b = from_b ? static_cast<int>(kLanes) : 0;
      first.from[static_cast<std::size_t>(lane)] = b + (from_b ? lane - words : lane);
      second.from[static_cast<std::size_t>(lane)] = b + (from_b ? lane : lane + words);
    }
  }

  std::int64_t distance;
  Lanes first, second;
};

constexpr std::array<Exchange, 4> kTransposition{Exchange(8), Exchange(4), Exchange(2), Exchange(1)};

BRAINMVP_ROUNDS inline void apply(const Exchange& exchange, Tile& tile) {
  const __m512i first = _mm512_load_si512(exchange.first.from.data()), second = _mm512_load_si512(exchange.second.from.data());
  for (std::int64_t i = 0; i < kLanes; ++i) {
    if ((i & exchange.distance) == 0) {
      const __m512i a = tile.rows[i], b = tile.rows[i + exchange.distance];
      tile.rows[i] = _mm512_permutex2var_epi32(a, first, b);
      tile.rows[i + exchange.distance] = _mm512_permutex2var_epi32(a, second, b);
    }
  }
}

BRAINMVP_ROUNDS void transpose_tile(const std::uint32_t* from, std::int64_t from_row, std::uint32_t* to, std::int64_t to_row,
                                    std::int64_t rows, std::int64_t columns) {
  Tile tile{};
  for (std::int64_t i = 0; i < rows; ++i) {
    tile.rows[i] = _mm512_maskz_loadu_epi32(first_lanes(columns), from + i * from_row);
  }
  for (const Exchange& exchange : kTransposition) {
    apply(exchange, tile);
  }
  for (std::int64_t i = 0; i < columns; ++i) {
    _mm512_mask_storeu_epi32(to + i * to_row, first_lanes(rows), tile.rows[i]);
  }
}

} // namespace

BRAINMVP_ROUNDS void round_rows(const float* x, std::int64_t rows, std::int64_t columns, std::int64_t x_row, std::uint16_t* to,
                                std::int64_t to_row) {
  for (std::int64_t i = 0; i < rows; ++i, x += x_row, to += to_row) {
    for (std::int64_t c = 0; c < columns; c += kLanes) {
      const __mmask16 lanes = first_lanes(columns - c);
      store(lanes, load(lanes, x + c), to + c);
    }
  }
}

BRAINMVP_ROUNDS void round_pairs(const float* x, std::int64_t rows, std::int64_t columns, std::uint32_t* to) {
  for (std::int64_t i = 0; i < rows; i += 2, x += 2 * columns, to += columns) {
    for (std::int64_t c = 0; c < columns; c += kLanes) {
      const __mmask16 lanes = first_lanes(columns - c);
      store_pairs(lanes, load(lanes, x + c), load(lanes, x + columns + c), to + c);
    }
  }
}

BRAINMVP_ROUNDS void join_pairs(const std::uint16_t* x, std::int64_t rows, std::int64_t columns, std::int64_t x_row,
                                std::uint32_t* to, std::int64_t pairs) {
  for (std::int64_t i = 0; i < pairs; ++i, x += 2 * x_row, to += columns) {
    for (std::int64_t c = 0; c < columns; c += kLanes) {
      const __mmask16 lanes = first_lanes(columns - c);
      const __m512 a = 2 * i < rows ? load(lanes, x + c) : _mm512_setzero_ps();
      const __m512 b = 2 * i + 1 < rows ? load(lanes, x + x_row + c) : _mm512_setzero_ps();
      const __m512i lower = _mm512_maskz_srli_epi32(kAllLanes, _mm512_castps_si512(a), 16);
      _mm512_mask_storeu_epi32(to + c, lanes, _mm512_or_si512(lower, _mm512_castps_si512(b)));
    }
  }
}

BRAINMVP_ROUNDS void transpose_words(const std::uint32_t* from, std::int64_t rows, std::int64_t columns, std::int64_t from_row,
                                     std::uint32_t* to, std::int64_t to_row) {
  for (std::int64_t i = 0; i < rows; i += kLanes) {
    for (std::int64_t j = 0; j < columns; j += kLanes) {
      transpose_tile(from + i * from_row + j, from_row, to + j * to_row + i, to_row, std::min(kLanes, rows - i),
                     std::min(kLanes, columns - j));
    }
  }
}

} // namespace brainmvp::nn
