// SPDX-License-Identifier: Apache-2.0
// Makes the HDF5 files in this folder (PROVENANCE.md):
//   gcc make.c -I/usr/include/hdf5/serial -L/usr/lib/x86_64-linux-gnu/hdf5/serial -lhdf5 -o make && ./make
#include <hdf5.h>

static void dataset(hid_t group, const char *name, hid_t type, hid_t memory, int dimensions,
                    const hsize_t *sizes, hid_t creation, const void *numbers)
{
    const hid_t space = H5Screate_simple(dimensions, sizes, NULL);
    const hid_t set = H5Dcreate2(group, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (numbers)
        H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers);
    H5Dclose(set);
    H5Sclose(space);
}

static unsigned char images[24][4][5];
static int labels[24];
static float spectra[24][6];

int main(void)
{
    for (int i = 0; i < 24; ++i) {
        labels[i] = 7 + i % 3;
        for (int k = 0; k < 20; ++k)
            images[i][k / 5][k % 5] = (unsigned char)(i * 10 + k);
        for (int k = 0; k < 6; ++k)
            spectra[i][k] = (float)(i - k) / 4;
    }
    const hsize_t three[] = {24, 4, 5}, one[] = {24}, two[] = {24, 6};

    // Packed in pieces, big-endian labels, groups, a group that holds itself, text.
    hid_t file = H5Fcreate("packed.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t group = H5Gcreate2(file, "train", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hid_t packed = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[] = {7, 4, 5};
    H5Pset_chunk(packed, 3, chunk);
    H5Pset_shuffle(packed);
    H5Pset_deflate(packed, 9);
    H5Pset_fletcher32(packed);
    dataset(group, "images", H5T_STD_U8LE, H5T_NATIVE_UCHAR, 3, three, packed, images);
    dataset(group, "labels", H5T_STD_I32BE, H5T_NATIVE_INT, 1, one, H5P_DEFAULT, labels);
    dataset(file, "spectra", H5T_IEEE_F32BE, H5T_NATIVE_FLOAT, 2, two, H5P_DEFAULT, spectra);
    H5Lcreate_hard(file, "train", group, "itself", H5P_DEFAULT, H5P_DEFAULT);
    const hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, 8);
    const hsize_t few[] = {2};
    dataset(file, "names", text, text, 1, few, H5P_DEFAULT, "apples\0\0pears\0\0\0");
    H5Gclose(group);
    H5Fclose(file);

    // What leads elsewhere: links, numbers in another file, a virtual dataset.
    file = H5Fcreate("elsewhere.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("packed.h5", "/train/images", file, "x", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/y", file, "alias", H5P_DEFAULT, H5P_DEFAULT);
    dataset(file, "y", H5T_STD_I32LE, H5T_NATIVE_INT, 1, one, H5P_DEFAULT, labels);
    const hid_t outside = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(outside, "/etc/hostname", 0, H5F_UNLIMITED);
    dataset(file, "outside", H5T_STD_U8LE, H5T_NATIVE_UCHAR, 1, one, outside, NULL);
    const hid_t mapped = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t source = H5Screate_simple(3, three, NULL), target = H5Screate_simple(3, three, NULL);
    H5Pset_virtual(mapped, target, "packed.h5", "/train/images", source);
    dataset(file, "virtual", H5T_STD_U8LE, H5T_NATIVE_UCHAR, 3, three, mapped, NULL);
    H5Fclose(file);

    // Sizes that nobody has: terabytes of zeros, and pieces of a gigabyte.
    file = H5Fcreate("huge.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hsize_t huge[] = {24, 1000000000, 1000};
    const hsize_t piece[] = {1, 1, 1000};
    hid_t zeros = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(zeros, 3, piece);
    dataset(file, "x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 3, huge, zeros, NULL);
    dataset(file, "y", H5T_STD_I32LE, H5T_NATIVE_INT, 1, one, H5P_DEFAULT, labels);
    const hsize_t wide[] = {24, 1000};
    const hsize_t pieces[] = {24, 50000000};
    const hsize_t most[] = {24, H5S_UNLIMITED};
    H5Pset_chunk(zeros, 2, pieces);
    const hid_t space = H5Screate_simple(2, wide, most);
    H5Dclose(H5Dcreate2(file, "pieces", H5T_STD_U8LE, space, H5P_DEFAULT, zeros, H5P_DEFAULT));
    H5Fclose(file);
    return 0;
}
