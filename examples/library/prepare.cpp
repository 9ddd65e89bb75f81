// Brings one image to the grid and the intensities that the networks are given: prepare IMAGE MODALITY OUT.nii.gz
#include <exception>
#include <iostream>

#include "io/image_file.h"
#include "store/prepare.h"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: prepare IMAGE MODALITY OUT.nii.gz\n";
    return 2;
  }
  try {
    const brainmvp::study::Study study{.id = "one", .images = {argv[1]}, .modalities = {argv[2]}};
    const brainmvp::store::PreparedStudy prepared = brainmvp::store::prepare_study(study, {.spacing_mm = 2});
    const brainmvp::image::Volume& volume = prepared.volumes.front();
    brainmvp::io::write_nifti(argv[3], volume);
    std::cout << volume.size[0] << " x " << volume.size[1] << " x " << volume.size[2] << " voxels of 2 mm\n";
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
