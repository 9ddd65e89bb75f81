// Depthwise 3D convolution, stride 1, zero-padded to the same size, channels-last [B, D, H, W, C], summed in single precision.
// NVRTC compiles this file at run time (nn/cuda_depthwise.h); the tests compile it as plain C++, so that it needs no header.
// Neighbouring threads have neighbouring channels: loads are coalesced. A thread keeps a tile of kTile x kTile positions along H
// and W in registers, so that each value it loads serves up to k^2 sums. No thread waits for another, and nothing is atomic.

#ifdef __CUDACC__
#define UNROLL _Pragma("unroll")
#else
#define UNROLL
#endif

struct Extent {
  int batch, depth, height, width, channels;
};

constexpr int kTile = 4;
constexpr int kThreads = 128; // of a block

__device__ __forceinline__ float widened(float value) { return value; }
__device__ __forceinline__ float widened(unsigned short bits) { return __uint_as_float(static_cast<unsigned>(bits) << 16); }

__device__ __forceinline__ void store(float value, float* to) { *to = value; }

// Rounds to the nearest bfloat16, ties to even; a NaN stays one.
__device__ __forceinline__ void store(float value, unsigned short* to) {
  const unsigned bits = __float_as_uint(value);
  *to = static_cast<unsigned short>(value == value ? (bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16 : 0x7FC0u);
}

__device__ __forceinline__ int tiles_of(int extent) { return (extent + kTile - 1) / kTile; }

// Offset of channel 0 at the start of a row.
__device__ __forceinline__ long long row_offset(const Extent& e, int b, int d, int h) {
  return ((static_cast<long long>(b) * e.depth + d) * e.height + h) * e.width * e.channels;
}

// values[i] = row[first + i], 0 beyond the ends of the row.
template <int kCount, class Storage>
__device__ __forceinline__ void load_row(const Extent& e, const Storage* row, int first, float (&values)[kCount]) {
  UNROLL
  for (int i = 0; i < kCount; ++i) {
    const int w = first + i;
    values[i] = w >= 0 && w < e.width ? widened(row[w * e.channels]) : 0.0F;
  }
}

// A strip is kTile rows of a plane.
struct Strip {
  int b, d, h;
};

__device__ __forceinline__ Strip strip_at(const Extent& e, unsigned index) {
  const unsigned strips = static_cast<unsigned>(tiles_of(e.height));
  const unsigned plane = index / strips;
  return {static_cast<int>(plane / static_cast<unsigned>(e.depth)), static_cast<int>(plane % static_cast<unsigned>(e.depth)),
          static_cast<int>(index % strips) * kTile};
}

// y = bias + x convolved with taps: [k, k, k, C]; bias: [C], or null for none. Blocks: for every strip, enough for the tiles of
// its width times the channels. With mirrored taps it is the gradient of the input.
template <int kKernel, class Storage>
__global__ void __launch_bounds__(kThreads) convolve(Extent e, const Storage* __restrict__ x, const float* __restrict__ taps,
                                                     const float* __restrict__ bias, Storage* __restrict__ y) {
  constexpr int kPadding = kKernel / 2;
  constexpr int kReach = kTile + kKernel - 1;
  const unsigned items = static_cast<unsigned>(tiles_of(e.width)) * static_cast<unsigned>(e.channels);
  const unsigned blocks = (items + kThreads - 1) / kThreads;
  const unsigned item = blockIdx.x % blocks * kThreads + threadIdx.x;
  if (item >= items) {
    return;
  }
  const int c = static_cast<int>(item % static_cast<unsigned>(e.channels));
  const int w = static_cast<int>(item / static_cast<unsigned>(e.channels)) * kTile;
  const Strip at = strip_at(e, blockIdx.x / blocks);
  const float start = bias == nullptr ? 0.0F : bias[c];
  float sums[kTile][kTile];
  UNROLL
  for (int i = 0; i < kTile * kTile; ++i) {
    sums[i / kTile][i % kTile] = start;
  }
  for (int kd = 0; kd < kKernel; ++kd) {
    const int d = at.d + kd - kPadding;
    if (d < 0 || d >= e.depth) {
      continue;
    }
    float tap[kKernel * kKernel];
    UNROLL
    for (int i = 0; i < kKernel * kKernel; ++i) {
      tap[i] = taps[(kd * kKernel * kKernel + i) * e.channels + c];
    }
    UNROLL
    for (int r = 0; r < kReach; ++r) { // rows of x that the tile sees
      const int h = at.h + r - kPadding;
      if (h >= 0 && h < e.height) {
        float values[kReach];
        load_row(e, x + row_offset(e, at.b, d, h) + c, w - kPadding, values);
        UNROLL
        for (int kh = 0; kh < kKernel; ++kh) {
          const int t = r - kh;
          if (t >= 0 && t < kTile) {
            UNROLL
            for (int i = 0; i < kTile * kKernel; ++i) {
              sums[t][i / kKernel] += tap[kh * kKernel + i % kKernel] * values[i / kKernel + i % kKernel];
            }
          }
        }
      }
    }
  }
  UNROLL
  for (int t = 0; t < kTile; ++t) {
    if (at.h + t < e.height) {
      Storage* row = y + row_offset(e, at.b, at.d, at.h + t) + c;
      UNROLL
      for (int j = 0; j < kTile; ++j) {
        if (w + j < e.width) {
          store(sums[t][j], row + (w + j) * e.channels);
        }
      }
    }
  }
}

// What each of `parts` runs of strips gives of the gradient of the taps, sums: [parts, k, k, k, C]. A thread has one channel of
// one plane of taps. Blocks: for every part, enough for k times the channels.
template <int kKernel, class Storage>
__global__ void __launch_bounds__(kThreads)
    taps_gradient(Extent e, int parts, const Storage* __restrict__ x, const Storage* __restrict__ gy, float* __restrict__ sums) {
  constexpr int kPadding = kKernel / 2;
  constexpr int kReach = kTile + kKernel - 1;
  const unsigned items = static_cast<unsigned>(kKernel) * static_cast<unsigned>(e.channels);
  const unsigned blocks = (items + kThreads - 1) / kThreads;
  const unsigned item = blockIdx.x % blocks * kThreads + threadIdx.x;
  if (item >= items) {
    return;
  }
  const int c = static_cast<int>(item % static_cast<unsigned>(e.channels));
  const int kd = static_cast<int>(item / static_cast<unsigned>(e.channels));
  const long long part = blockIdx.x / blocks;
  const long long strips = static_cast<long long>(e.batch) * e.depth * tiles_of(e.height);
  const unsigned end = static_cast<unsigned>(strips * (part + 1) / parts);
  float total[kKernel * kKernel] = {};
  for (unsigned strip = static_cast<unsigned>(strips * part / parts); strip < end; ++strip) {
    const Strip at = strip_at(e, strip);
    const int d = at.d + kd - kPadding;
    if (d < 0 || d >= e.depth) {
      continue;
    }
    for (int w = 0; w < e.width; w += kTile) {
      float g[kTile][kTile];
      UNROLL
      for (int t = 0; t < kTile; ++t) {
        if (at.h + t < e.height) {
          load_row(e, gy + row_offset(e, at.b, at.d, at.h + t) + c, w, g[t]);
        } else {
          UNROLL
          for (int j = 0; j < kTile; ++j) {
            g[t][j] = 0.0F;
          }
        }
      }
      UNROLL
      for (int r = 0; r < kReach; ++r) { // rows of x that the tile saw
        const int h = at.h + r - kPadding;
        if (h >= 0 && h < e.height) {
          float values[kReach];
          load_row(e, x + row_offset(e, at.b, d, h) + c, w - kPadding, values);
          UNROLL
          for (int kh = 0; kh < kKernel; ++kh) {
            const int t = r - kh;
            if (t >= 0 && t < kTile) {
              UNROLL
              for (int i = 0; i < kTile * kKernel; ++i) {
                total[kh * kKernel + i % kKernel] += g[t][i / kKernel] * values[i / kKernel + i % kKernel];
              }
            }
          }
        }
      }
    }
  }
  float* to = sums + (part * kKernel + kd) * kKernel * kKernel * e.channels + c;
  UNROLL
  for (int i = 0; i < kKernel * kKernel; ++i) {
    to[i * e.channels] = total[i];
  }
}
