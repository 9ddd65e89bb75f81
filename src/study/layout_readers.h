// The readers of the table in layout.cpp, one pair of functions a layout.
#pragma once

#include "study/findings.h"
#include "study/folder_tree.h"
#include "study/modality.h"

namespace brainmvp::study {

// <case>[-_]{t1,t1ce,t2,flair,seg}: BraTS up to 2021, and newer ids with the old endings.
bool detect_brats_underscore(const Folder& folder, const ModalityTable& table);
void read_brats_underscore(const Folder& folder, const ModalityTable& table, Findings& findings);

// The same below folders HGG and LGG, which are the class (BraTS 2018).
bool detect_brats18_grade_dirs(const Folder& folder, const ModalityTable& table);
void read_brats18_grade_dirs(const Folder& folder, const ModalityTable& table, Findings& findings);

// <case>-{t1n,t1c,t2w,t2f,seg}: BraTS from 2023.
bool detect_brats_hyphen(const Folder& folder, const ModalityTable& table);
void read_brats_hyphen(const Folder& folder, const ModalityTable& table, Findings& findings);

// IXI-T1/IXI002-Guys-0828-T1.nii.gz: a folder a modality, or all in one.
bool detect_ixi_by_modality(const Folder& folder, const ModalityTable& table);
void read_ixi_by_modality(const Folder& folder, const ModalityTable& table, Findings& findings);

// UCSF-PDGM-0004_nifti/UCSF-PDGM-0004_T1c.nii.gz.
bool detect_ucsf_nifti(const Folder& folder, const ModalityTable& table);
void read_ucsf_nifti(const Folder& folder, const ModalityTable& table, Findings& findings);

// rawdata/sub-*/ses-*/ with derivatives/ beside rawdata.
bool detect_isles_rawdata(const Folder& folder, const ModalityTable& table);
void read_isles_rawdata(const Folder& folder, const ModalityTable& table, Findings& findings);

// sub-strokecase*/ses-*[/anat, /dwi]/ with derivatives/ beside them.
bool detect_isles_bids(const Folder& folder, const ModalityTable& table);
void read_isles_bids(const Folder& folder, const ModalityTable& table, Findings& findings);

// sub-*[/ses-*]/{anat,dwi}/; labels beside the images or in derivatives/.
bool detect_bids(const Folder& folder, const ModalityTable& table);
void read_bids(const Folder& folder, const ModalityTable& table, Findings& findings);

// <site>/<id>/session_1/anat_1/mprage.nii.gz, at a subject's folder (ABIDE, ADHD-200). A study is a session; of several
// runs (anat_1, anat_2) the first counts.
bool detect_indi_site(const Folder& folder, const ModalityTable& table);
void read_indi_site(const Folder& folder, const ModalityTable& table, Findings& findings);

// 011_S_0021/MPRAGE/2015-11-03_15_30_05.0/I543543/*.nii, as IDA gives ADNI out. A study is a subject's day; of several
// copies of an image that is no repeat (MPR-R), then that corrected most, then that of the lowest image id counts.
bool detect_ida_tree(const Folder& folder, const ModalityTable& table);
void read_ida_tree(const Folder& folder, const ModalityTable& table, Findings& findings);

// dataset.json, imagesTr/case_0000.nii.gz, labelsTr/case.nii.gz.
bool detect_nnunet_raw(const Folder& folder, const ModalityTable& table);
void read_nnunet_raw(const Folder& folder, const ModalityTable& table, Findings& findings);

// dataset.json, imagesTr/case.nii.gz with all channels in one 4D file (Medical Segmentation Decathlon).
bool detect_msd_4d(const Folder& folder, const ModalityTable& table);
void read_msd_4d(const Folder& folder, const ModalityTable& table, Findings& findings);

// images_structural/UPENN-GBM-00001_11/, images_segm/, automated_segm/; or all files in one folder.
bool detect_upenn_gbm(const Folder& folder, const ModalityTable& table);
void read_upenn_gbm(const Folder& folder, const ModalityTable& table, Findings& findings);

// TrainingData/1/{T1,T1_IR,T2_FLAIR,LabelsForTraining}.nii.
bool detect_mrbrains13(const Folder& folder, const ModalityTable& table);
void read_mrbrains13(const Folder& folder, const ModalityTable& table, Findings& findings);

// vs_gk_1/{vs_gk_t1_refT1,vs_gk_seg_refT1,vs_gk_t2_refT2,vs_gk_seg_refT2}.nii.gz; or all on one grid; or vs_gk_struc1_*.
bool detect_vs_gk(const Folder& folder, const ModalityTable& table);
void read_vs_gk(const Folder& folder, const ModalityTable& table, Findings& findings);

// sub-001/anat/sub-001_T1w.nii.gz, derivatives/manual_segmentation_masks_of_T1w/: VS-SEG as its authors bring it to BIDS.
bool detect_vs_bids(const Folder& folder, const ModalityTable& table);
void read_vs_bids(const Folder& folder, const ModalityTable& table, Findings& findings);

// VS-SEG-001/<study>/<series>/*.dcm and contours.json: nothing is read, the report says how to convert it.
bool detect_vs_dicom(const Folder& folder, const ModalityTable& table);
void read_vs_dicom(const Folder& folder, const ModalityTable& table, Findings& findings);

// crossmoda_1_{ceT1,hrT2,Label}.nii.gz, many cases in a folder.
bool detect_crossmoda(const Folder& folder, const ModalityTable& table);
void read_crossmoda(const Folder& folder, const ModalityTable& table, Findings& findings);

// T1/pat0_T1.nii.gz, FLAIR/pat0_FLAIR.nii.gz, seg/pat0_seg.nii.gz: a folder a modality, and one of label maps.
bool detect_modality_folders(const Folder& folder, const ModalityTable& table);
void read_modality_folders(const Folder& folder, const ModalityTable& table, Findings& findings);

// 100101A/100101A_{T1pre,T1post,FLAIR,BraTS-seg}.nii.gz: the metastases of UCSF; visits A, B, ... of one patient.
bool detect_ucsf_met(const Folder& folder, const ModalityTable& table);
void read_ucsf_met(const Folder& folder, const ModalityTable& table, Findings& findings);

// wssd1018959_session_1_anat.nii.gz: the T1 heads of the Athena pipeline (ADHD-200).
bool detect_athena(const Folder& folder, const ModalityTable& table);
void read_athena(const Folder& folder, const ModalityTable& table, Findings& findings);

// Any folder whose files end in a modality's name: the study is the folder.
bool detect_suffix(const Folder& folder, const ModalityTable& table);
void read_suffix(const Folder& folder, const ModalityTable& table, Findings& findings);

} // namespace brainmvp::study
