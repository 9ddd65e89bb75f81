// Preparation of real heads, against numpy and nibabel.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "store/prepare.h"
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;

// Same grid, 1 mm: canonical axes, symmetric crop, percentiles, crop again.
constexpr const char* kPlainReference = R"(
import sys, numpy, nibabel
stored, sources = sys.argv[1].split(","), sys.argv[2].split(",")
images = [nibabel.as_closest_canonical(nibabel.load(source)) for source in sources]
volumes = [image.get_fdata() for image in images]
affine = images[0].affine
def crop(volumes, affine):
    mask = numpy.any([volume > 0 for volume in volumes], axis=0)
    margins = []
    for axis in range(3):
        hit = numpy.where(mask.any(axis=tuple(a for a in range(3) if a != axis)))[0]
        margins.append(min(hit[0], mask.shape[axis] - 1 - hit[-1]))
    part = tuple(slice(m, n - m) for m, n in zip(margins, mask.shape))
    moved = affine.copy()
    moved[:3, 3] = (affine @ numpy.array(margins + [1]))[:3]
    return [volume[part] for volume in volumes], moved
volumes, affine = crop(volumes, affine)
scaled = []
for volume in volumes:
    low, high = numpy.percentile(volume, [5, 95])
    scaled.append((volume - low) / (high - low))
scaled, affine = crop(scaled, affine)
for name, expected in zip(stored, scaled):
    found = nibabel.load(name)
    assert found.get_data_dtype() == numpy.int16 and abs(found.dataobj.slope * 4681 - 1) < 1e-6
    assert found.shape == expected.shape, (name, found.shape, expected.shape)
    assert numpy.abs(found.affine - affine).max() < 1e-5, (found.affine, affine)
    assert numpy.abs(found.get_fdata() - numpy.clip(expected, -7, 7)).max() < 0.51 / 4681, name
)";

// Any grids: a stored voxel must be what trilinear interpolation of the original gives at the same place in mm.
constexpr const char* kOverlay = R"(
import sys, numpy, nibabel
for stored, source in zip(sys.argv[1].split(","), sys.argv[2].split(",")):
    found, original = nibabel.load(stored), nibabel.load(source)
    values, native = found.get_fdata(), original.get_fdata()
    assert nibabel.aff2axcodes(found.affine) == ("R", "A", "S")
    index = numpy.random.default_rng(1).integers(0, values.shape, size=(20000, 3))
    mm = nibabel.affines.apply_affine(found.affine, index)
    at = nibabel.affines.apply_affine(numpy.linalg.inv(original.affine), mm)
    keep = numpy.all((at >= 0) & (at <= numpy.array(native.shape) - 1), axis=1)
    index, at = index[keep], at[keep]
    low = numpy.minimum(numpy.floor(at).astype(int), numpy.array(native.shape) - 2)
    part = at - low
    expected = 0
    for corner in numpy.ndindex(2, 2, 2):
        weight = numpy.prod(numpy.where(numpy.array(corner) == 1, part, 1 - part), axis=1)
        expected = expected + weight * native[tuple((low + corner).T)]
    prepared = values[tuple(index.T)]
    inner = (prepared > 0.02) & (prepared < 0.98)
    assert inner.sum() > 500, (stored, inner.sum())
    line = numpy.polyfit(expected[inner], prepared[inner], 1)
    error = numpy.abs(numpy.polyval(line, expected[inner]) - prepared[inner]).max()
    assert line[0] > 0 and error < 1e-3, (stored, line, error)
)";

struct Prepared {
  store::PreparedStudy study;
  std::string stored; // paths with commas between
  std::string sources;
};

Prepared prepare(const test::TemporaryFolder& folder, study::Study study) {
  Prepared result{.study = store::prepare_study(study, {}, 2), .stored = {}, .sources = {}};
  store::write_prepared(result.study, study, folder / "study", study.images.front().parent_path());
  for (std::size_t i = 0; i < study.images.size(); ++i) {
    const std::string comma = i > 0 ? "," : "";
    result.stored += comma + (folder / ("study/" + study.modalities[i] + ".nii")).string();
    result.sources += comma + study.images[i].string();
  }
  return result;
}

TEST(RealData, OpenmsMatchesPlainNumpyAndOverlays) {
  const fs::path data = test::test_data();
  if (data.empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const test::TemporaryFolder folder;
  study::Study study;
  study.id = "patient19";
  const fs::path source = data / "openms/patient19";
  study.images = {source / "FLAIR.nii.gz", source / "T1.nii.gz", source / "T1POST.nii.gz", source / "T2.nii.gz"};
  study.modalities = {"flair", "t1", "t1c", "t2"};
  study.label = source / "gold.nii.gz";
  const Prepared prepared = prepare(folder, study);
  const auto plain = test::run_python(kPlainReference, {prepared.stored, prepared.sources});
  EXPECT_EQ(plain.exit_code, 0) << plain.err;
  const auto overlay = test::run_python(kOverlay, {prepared.stored, prepared.sources});
  EXPECT_EQ(overlay.exit_code, 0) << overlay.err;
  const auto label = test::run_python(
      "import sys, nibabel, numpy\n"
      "found, original = nibabel.load(sys.argv[1]), nibabel.load(sys.argv[2])\n"
      "assert found.get_data_dtype() == numpy.uint8\n"
      "def places(image): return nibabel.affines.apply_affine(image.affine, numpy.argwhere(image.get_fdata() > 0))\n"
      "a, b = places(found), places(original)\n"
      "assert len(a) == len(b) > 1000 and numpy.abs(a.mean(axis=0) - b.mean(axis=0)).max() < 1e-4\n",
      {folder / "study/label.nii", *study.label});
  EXPECT_EQ(label.exit_code, 0) << label.err;
}

TEST(RealData, IslesFlairIsBroughtToTheGridOfTheLabel) {
  const fs::path data = test::test_data();
  if (data.empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const test::TemporaryFolder folder;
  study::Study study;
  study.id = "isles";
  const std::string stem = (data / "isles2022/sub-strokecase0009/ses-0001/sub-strokecase0009_ses-0001_").string();
  study.images = {stem + "adc.nii.gz", stem + "dwi.nii.gz", stem + "flair.nii.gz"};
  study.modalities = {"adc", "dwi", "flair"};
  study.label = stem + "msk.nii.gz";
  const Prepared prepared = prepare(folder, study);
  EXPECT_EQ(prepared.study.modalities, study.modalities);
  EXPECT_EQ(prepared.study.way_back.reference, *study.label);
  EXPECT_EQ(prepared.study.way_back.native.size, (image::Size{112, 112, 73}));
  EXPECT_FALSE(prepared.study.distances[0].interpolated); // affines that differ by 1e-7
  EXPECT_FALSE(prepared.study.distances[1].interpolated);
  EXPECT_TRUE(prepared.study.distances[2].interpolated);
  EXPECT_GT(prepared.study.distances[2].distance_mm, 1);
  const auto overlay = test::run_python(kOverlay, {prepared.stored, prepared.sources});
  EXPECT_EQ(overlay.exit_code, 0) << overlay.err;
}

} // namespace
} // namespace brainmvp
