// Depthwise 3D convolution on NVIDIA GPUs, stride 1, zero-padded to the same size, channels-last [B, D, H, W, C], summed in single
// precision. NVRTC compiles this file at run time (nn/cuda_depthwise.h); the tests compile it as plain C++, so that it needs no header.
// Neighbouring threads have neighbouring channels: loads are coalesced. A thread keeps kPack channels of a tile of kTile x kTile
// positions along H and W in registers, so that each value it loads serves up to k^2 sums. No thread waits for another, and nothing
// is atomic.

#ifdef __CUDACC__
#define UNROLL _Pragma("unroll")
#else
#define UNROLL
#endif

struct Extent {
  int batch, depth, height, width, channels;
};

constexpr int kTile = 4;
constexpr int kDepths = 4; // planes whose tiles are neighbours: they share what they read through the cache
constexpr int kThreads = 256; // of a block

// Channels that are loaded and stored at once.
template <class Storage, int kPack>
struct alignas(sizeof(Storage) * kPack) Packed {
  Storage of[kPack];
};

__device__ __forceinline__ float widened(float value) { return value; }
__device__ __forceinline__ float widened(unsigned short bits) { return __uint_as_float(static_cast<unsigned>(bits) << 16); }

__device__ __forceinline__ void narrow(float value, float& to) { to = value; }

// Rounds to the nearest bfloat16, ties to even; a NaN stays one.
__device__ __forceinline__ void narrow(float value, unsigned short& to) {
  const unsigned bits = __float_as_uint(value);
  to = static_cast<unsigned short>(value == value ? (bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16 : 0x7FC0u);
}

template <int kPack, class Storage>
__device__ __forceinline__ void load(const Storage* from, float (&to)[kPack]) {
  const Packed<Storage, kPack> packed = *reinterpret_cast<const Packed<Storage, kPack>*>(from);
  UNROLL
  for (int p = 0; p < kPack; ++p) {
    to[p] = widened(packed.of[p]);
  }
}

template <int kPack, class Storage>
__device__ __forceinline__ void store(const float (&values)[kPack], Storage* to) {
  Packed<Storage, kPack> packed;
  UNROLL
  for (int p = 0; p < kPack; ++p) {
    narrow(values[p], packed.of[p]);
  }
  *reinterpret_cast<Packed<Storage, kPack>*>(to) = packed;
}

__device__ __forceinline__ int tiles_of(int extent) { return (extent + kTile - 1) / kTile; }

// The remainder of `index`, which becomes the quotient.
__device__ __forceinline__ int take(unsigned& index, int extent) {
  const unsigned size = static_cast<unsigned>(extent);
  const unsigned quotient = index / size;
  const int remainder = static_cast<int>(index - quotient * size);
  index = quotient;
  return remainder;
}

// Offset of channel 0 at the start of a row.
__device__ __forceinline__ long long row_offset(const Extent& e, int b, int d, int h) {
  return ((static_cast<long long>(b) * e.depth + d) * e.height + h) * e.width * e.channels;
}

// values[i] = row[first + i], 0 beyond the ends of the row.
template <int kCount, int kPack, class Storage>
__device__ __forceinline__ void load_row(const Extent& e, const Storage* row, int first, float (&values)[kCount][kPack]) {
  if (first >= 0 && first + kCount <= e.width) {
    UNROLL
    for (int i = 0; i < kCount; ++i) {
      load(row + (first + i) * e.channels, values[i]);
    }
    return;
  }
  UNROLL
  for (int i = 0; i < kCount; ++i) {
    UNROLL
    for (int p = 0; p < kPack; ++p) {
      values[i][p] = 0.0F;
    }
    if (first + i >= 0 && first + i < e.width) {
      load(row + (first + i) * e.channels, values[i]);
    }
  }
}

// y = bias + x convolved with taps: [k, k, k, C]; bias: [C], or null for none. With mirrored taps it is the gradient of the input.
template <int kKernel, class Storage, int kPack>
__global__ void __launch_bounds__(kThreads) convolve(Extent e, const Storage* __restrict__ x, const float* __restrict__ taps,
                                                     const float* __restrict__ bias, Storage* __restrict__ y) {
  constexpr int kPadding = kKernel / 2;
  constexpr int kReach = kTile + kKernel - 1;
  unsigned index = blockIdx.x * kThreads + threadIdx.x;
  const int c = take(index, e.channels / kPack) * kPack;
  const int layer = take(index, kDepths);
  const int w = take(index, tiles_of(e.width)) * kTile;
  const int h0 = take(index, tiles_of(e.height)) * kTile;
  const int d0 = take(index, (e.depth + kDepths - 1) / kDepths) * kDepths + layer;
  const int b = static_cast<int>(index);
  if (b >= e.batch || d0 >= e.depth) {
    return;
  }
  float sums[kTile][kTile][kPack] = {};
  if (bias != nullptr) {
    UNROLL
    for (int i = 0; i < kTile * kTile; ++i) {
      load(bias + c, sums[i / kTile][i % kTile]);
    }
  }
  for (int kd = 0; kd < kKernel; ++kd) {
    const int d = d0 + kd - kPadding;
    if (d < 0 || d >= e.depth) {
      continue;
    }
    float tap[kKernel * kKernel][kPack];
    UNROLL
    for (int i = 0; i < kKernel * kKernel; ++i) {
      load(taps + (kd * kKernel * kKernel + i) * e.channels + c, tap[i]);
    }
    UNROLL
    for (int r = 0; r < kReach; ++r) { // rows of x that the tile sees
      const int h = h0 + r - kPadding;
      if (h >= 0 && h < e.height) {
        float values[kReach][kPack];
        load_row(e, x + row_offset(e, b, d, h) + c, w - kPadding, values);
        UNROLL
        for (int kh = 0; kh < kKernel; ++kh) {
          const int t = r - kh;
          if (t >= 0 && t < kTile) {
            UNROLL
            for (int i = 0; i < kTile * kKernel * kPack; ++i) {
              const int p = i % kPack, kw = i / kPack % kKernel, j = i / kPack / kKernel;
              sums[t][j][p] += tap[kh * kKernel + kw][p] * values[j + kw][p];
            }
          }
        }
      }
    }
  }
  UNROLL
  for (int t = 0; t < kTile; ++t) {
    if (h0 + t < e.height) {
      Storage* row = y + row_offset(e, b, d0, h0 + t) + c;
      UNROLL
      for (int j = 0; j < kTile; ++j) {
        if (w + j < e.width) {
          store(sums[t][j], row + (w + j) * e.channels);
        }
      }
    }
  }
}

// What each of `parts` runs of strips gives of the gradient of the taps, sums: [parts, k, k, k, C]. A strip is kTile rows of a plane; a
// thread has kPack channels of one plane of taps.
template <int kKernel, class Storage, int kPack>
__global__ void __launch_bounds__(kThreads)
    taps_gradient(Extent e, int parts, const Storage* __restrict__ x, const Storage* __restrict__ gy, float* __restrict__ sums) {
  constexpr int kPadding = kKernel / 2;
  constexpr int kReach = kTile + kKernel - 1;
  unsigned index = blockIdx.x * kThreads + threadIdx.x;
  const int c = take(index, e.channels / kPack) * kPack;
  const int kd = take(index, kKernel);
  const long long part = index;
  if (part >= parts) {
    return;
  }
  const long long strips = static_cast<long long>(e.batch) * e.depth * tiles_of(e.height);
  const unsigned end = static_cast<unsigned>(strips * (part + 1) / parts);
  float total[kKernel * kKernel][kPack] = {};
  for (unsigned strip = static_cast<unsigned>(strips * part / parts); strip < end; ++strip) {
    unsigned plane = strip;
    const int h0 = take(plane, tiles_of(e.height)) * kTile;
    const int d0 = take(plane, e.depth);
    const int b = static_cast<int>(plane);
    const int d = d0 + kd - kPadding;
    if (d < 0 || d >= e.depth) {
      continue;
    }
    for (int w = 0; w < e.width; w += kTile) {
      float g[kTile][kTile][kPack] = {};
      UNROLL
      for (int t = 0; t < kTile; ++t) {
        if (h0 + t < e.height) {
          load_row(e, gy + row_offset(e, b, d0, h0 + t) + c, w, g[t]);
        }
      }
      UNROLL
      for (int r = 0; r < kReach; ++r) { // rows of x that the tile saw
        const int h = h0 + r - kPadding;
        if (h >= 0 && h < e.height) {
          float values[kReach][kPack];
          load_row(e, x + row_offset(e, b, d, h) + c, w - kPadding, values);
          UNROLL
          for (int kh = 0; kh < kKernel; ++kh) {
            const int t = r - kh;
            if (t >= 0 && t < kTile) {
              UNROLL
              for (int i = 0; i < kTile * kKernel * kPack; ++i) {
                const int p = i % kPack, kw = i / kPack % kKernel, j = i / kPack / kKernel;
                total[kh * kKernel + kw][p] += g[t][j][p] * values[j + kw][p];
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
    store(total[i], to + i * e.channels);
  }
}
