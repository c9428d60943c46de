// SPDX-License-Identifier: Apache-2.0
// Makes the MATLAB files in this folder (PROVENANCE.md):
//   gcc make.c -I/usr/include/hdf5/serial -L/usr/lib/x86_64-linux-gnu/hdf5/serial -lhdf5 -lmatio -lz -lm -o
//   make
//   ./make
//   tar cJf long-class.tar.xz --owner=0 --group=0 --mtime=@0 long-class.mat
//   tar cJf variables.tar.xz --owner=0 --group=0 --mtime=@0 variables-5.mat variables-73.mat
//   tar cJf hostile.tar.xz --owner=0 --group=0 --mtime=@0 hostile.mat
//   rm hostile.mat long-class.mat variables-*.mat
#include <hdf5.h>
#include <math.h>
#include <matio.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { samples = 240 };

// ---- As matio writes them: the same variables in each version ----

static void put(mat_t *file, enum matio_compression packing, const char *name, enum matio_classes kind,
                enum matio_types type, int rank, size_t *sizes, void *numbers, int options)
{
    matvar_t *variable = Mat_VarCreate(name, kind, type, rank, sizes, numbers, options);
    Mat_VarWrite(file, variable, packing);
    Mat_VarFree(variable);
}

static void everything(const char *path, enum mat_ft version, enum matio_compression packing)
{
    mat_t *file = Mat_CreateVer(path, "MATLAB file made by matio", version);
    double signal[samples], wide[3 * 8], cube[24], re[4] = {1, 2, 3, 4}, im[4] = {0, 1, 0, 1};
    for (int i = 0; i < samples; ++i)
        signal[i] = sin(0.37 * i) + 0.1 * i / 3;
    for (int i = 0; i < 24; ++i) {
        wide[i] = i / 7.0;
        cube[i] = i * 1e-3;
    }
    size_t column[] = {samples, 1}, matrix[] = {3, 8}, cubic[] = {2, 3, 4}, five[] = {5, 1}, four[] = {4, 1};
    put(file, packing, "signal", MAT_C_DOUBLE, MAT_T_DOUBLE, 2, column, signal, 0);
    put(file, packing, "wide", MAT_C_DOUBLE, MAT_T_DOUBLE, 2, matrix, wide, 0);
    put(file, packing, "cube", MAT_C_DOUBLE, MAT_T_DOUBLE, 3, cubic, cube, 0);
    float single[] = {0.1F, -2.5F, 3e38F, 1e-42F, 0};
    int8_t i8[] = {-128, -1, 0, 1, 127};
    uint8_t u8[] = {0, 1, 2, 128, 255};
    int16_t i16[] = {-32768, -1, 0, 1, 32767};
    uint16_t u16[] = {0, 1, 2, 32768, 65535};
    int32_t i32[] = {INT32_MIN, -16777217, 0, 16777217, INT32_MAX};
    uint32_t u32[] = {0, 1, 16777217, 2147483648U, UINT32_MAX};
    int64_t i64[] = {INT64_MIN, -9007199254740993, 0, 9007199254740993, INT64_MAX};
    uint64_t u64[] = {0, 1, 9007199254740993, 9223372036854775809U, UINT64_MAX};
    double reals[] = {0.1, -1e-300, 1e30, 16777217, -0.0};
    put(file, packing, "single", MAT_C_SINGLE, MAT_T_SINGLE, 2, five, single, 0);
    put(file, packing, "i8", MAT_C_INT8, MAT_T_INT8, 2, five, i8, 0);
    put(file, packing, "u8", MAT_C_UINT8, MAT_T_UINT8, 2, five, u8, 0);
    put(file, packing, "i16", MAT_C_INT16, MAT_T_INT16, 2, five, i16, 0);
    put(file, packing, "u16", MAT_C_UINT16, MAT_T_UINT16, 2, five, u16, 0);
    put(file, packing, "i32", MAT_C_INT32, MAT_T_INT32, 2, five, i32, 0);
    put(file, packing, "u32", MAT_C_UINT32, MAT_T_UINT32, 2, five, u32, 0);
    put(file, packing, "i64", MAT_C_INT64, MAT_T_INT64, 2, five, i64, 0);
    put(file, packing, "u64", MAT_C_UINT64, MAT_T_UINT64, 2, five, u64, 0);
    put(file, packing, "reals", MAT_C_DOUBLE, MAT_T_DOUBLE, 2, five, reals, 0);
    put(file, packing, "flags", MAT_C_UINT8, MAT_T_UINT8, 2, five, u8, MAT_F_LOGICAL);
    mat_complex_split_t both = {re, im};
    put(file, packing, "z", MAT_C_DOUBLE, MAT_T_DOUBLE, 2, four, &both, MAT_F_COMPLEX);
    size_t letters[] = {1, 5}, none[] = {0, 3}, one[] = {1, 1}, two[] = {1, 2};
    put(file, packing, "text", MAT_C_CHAR, MAT_T_UTF8, 2, letters, "hello", 0);
    put(file, packing, "nothing", MAT_C_DOUBLE, MAT_T_DOUBLE, 2, none, NULL, 0);
    const char *fields[] = {"left", "right"};
    matvar_t *structure = Mat_VarCreateStruct("structure", 2, one, fields, 2);
    Mat_VarSetStructFieldByName(structure, "left", 0,
                                Mat_VarCreate(NULL, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, four, re, 0));
    Mat_VarSetStructFieldByName(structure, "right", 0,
                                Mat_VarCreate(NULL, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, four, im, 0));
    Mat_VarWrite(file, structure, packing);
    Mat_VarFree(structure);
    matvar_t *cell = Mat_VarCreate("cell", MAT_C_CELL, MAT_T_CELL, 2, two, NULL, 0);
    for (int i = 0; i < 2; ++i)
        Mat_VarSetCell(cell, i, Mat_VarCreate(NULL, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, four, i ? im : re, 0));
    Mat_VarWrite(file, cell, packing);
    Mat_VarFree(cell);
    mat_uint32_t rows[] = {1, 4}, starts[] = {0, 1, 1, 2};
    mat_sparse_t sparse = {2, rows, 2, starts, 4, 2, re};
    size_t extents[] = {6, 3};
    put(file, packing, "sparse", MAT_C_SPARSE, MAT_T_DOUBLE, 2, extents, &sparse, 0);
    Mat_Close(file);
}

// A recording alone, small enough to be damaged at every byte.
static void recording(const char *path, enum mat_ft version, enum matio_compression packing, double slope)
{
    mat_t *file = Mat_CreateVer(path, "MATLAB file made by matio", version);
    double signal[samples], rate[] = {12000};
    for (int i = 0; i < samples; ++i)
        signal[i] = sin(slope * i) * (1 + i % 7);
    size_t column[] = {samples, 1}, one[] = {1, 1};
    put(file, packing, "signal", MAT_C_DOUBLE, MAT_T_DOUBLE, 2, column, signal, 0);
    put(file, packing, "rate", MAT_C_DOUBLE, MAT_T_DOUBLE, 2, one, rate, 0);
    Mat_Close(file);
}

// ---- By HDF5: what MATLAB does and matio does not, and what nobody should ----

static hid_t begin(const char *path, int newest)
{
    const hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_userblock(creation, 512);
    H5Pset_istore_k(creation, 1); // small indices
    H5Pset_sym_k(creation, 4, 4);
    if (newest)
        H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
    return H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
}

static void end(hid_t file, const char *path)
{
    H5Fclose(file);
    char header[512] = {0};
    memset(header, ' ', 124);
    memcpy(header, "MATLAB 7.3 MAT-file, Platform: GLNXA64, made by hand", 52);
    memcpy(header + 124, "\0\2IM", 4);
    FILE *out = fopen(path, "r+b");
    fwrite(header, 1, sizeof header, out);
    fclose(out);
}

static void textAttribute(hid_t object, const char *name, const char *text, size_t size)
{
    const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, size);
    const hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, text);
    H5Aclose(attribute);
}

static void numberAttribute(hid_t object, const char *name, hid_t type, uint64_t value)
{
    const hid_t attribute = H5Acreate2(object, name, type, H5Screate(H5S_SCALAR), H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, H5T_NATIVE_UINT64, &value);
    H5Aclose(attribute);
}

// Of whatever class, contiguous unless in chunks; empty unless there are numbers.
static hid_t array(hid_t file, const char *name, const char *class, hid_t type, int rank,
                   const hsize_t *sizes, const hsize_t *chunk, int deflates, hid_t memory,
                   const void *numbers)
{
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(creation, 0);
    if (chunk)
        H5Pset_chunk(creation, rank, chunk);
    if (deflates)
        H5Pset_deflate(creation, 9);
    const hid_t set =
        H5Dcreate2(file, name, type, H5Screate_simple(rank, sizes, NULL), H5P_DEFAULT, creation, H5P_DEFAULT);
    if (class)
        textAttribute(set, "MATLAB_class", class, strlen(class));
    if (numbers)
        H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers);
    return set;
}

static void chunkOfZeros(hid_t set, size_t plain)
{
    uLongf size = compressBound(plain);
    unsigned char *zeros = calloc(plain, 1), *packed = malloc(size);
    compress2(packed, &size, zeros, plain, 9);
    const hsize_t first[] = {0, 0};
    H5Dwrite_chunk(set, H5P_DEFAULT, 0, first, size, packed);
    free(zeros);
    free(packed);
}

static void forms(void)
{
    const char *path = "forms.mat";
    const hid_t file = begin(path, 0);
    double x[300];
    for (int i = 0; i < 300; ++i)
        x[i] = i / 3.0;
    const hsize_t column[] = {1, 300}, hundred[] = {1, 100}, cube[] = {5, 7, 3}, block[] = {2, 4, 3};
    array(file, "plain", "double", H5T_IEEE_F64LE, 2, column, NULL, 0, H5T_NATIVE_DOUBLE, x);
    array(file, "chunks", "double", H5T_IEEE_F64LE, 2, column, hundred, 0, H5T_NATIVE_DOUBLE, x);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 3, block);
    H5Pset_shuffle(creation);
    H5Pset_deflate(creation, 9);
    H5Pset_fletcher32(creation);
    hid_t set = H5Dcreate2(file, "blocks", H5T_STD_I16BE, H5Screate_simple(3, cube, NULL), H5P_DEFAULT,
                           creation, H5P_DEFAULT);
    H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x);
    textAttribute(set, "MATLAB_class", "int16", 5);
    // Only the middle chunk is there; the others are 7.
    creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 2, hundred);
    H5Pset_deflate(creation, 9);
    const double seven = 7;
    H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &seven);
    const hid_t space = H5Screate_simple(2, column, NULL);
    set = H5Dcreate2(file, "holes", H5T_IEEE_F32LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    textAttribute(set, "MATLAB_class", "single", 6);
    const hsize_t middle[] = {0, 100};
    H5Sselect_hyperslab(space, H5S_SELECT_SET, middle, NULL, hundred, NULL);
    H5Dwrite(set, H5T_NATIVE_DOUBLE, H5Screate_simple(2, hundred, NULL), space, H5P_DEFAULT, x);
    creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_layout(creation, H5D_COMPACT);
    const hsize_t small[] = {1, 0x5A};
    set = H5Dcreate2(file, "compact", H5T_STD_U8LE, H5Screate_simple(2, small, NULL), H5P_DEFAULT, creation,
                     H5P_DEFAULT);
    H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x);
    textAttribute(set, "MATLAB_class", "uint8", 5);
    const hsize_t two[] = {2};
    const uint64_t none[] = {0, 3};
    set = array(file, "empty", "single", H5T_STD_U64LE, 1, two, NULL, 0, H5T_NATIVE_UINT64, none);
    numberAttribute(set, "MATLAB_empty", H5T_STD_U8LE, 1);
    // An array of 1 x 2 structures: its fields are references.
    hid_t group = H5Gcreate2(file, "people", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    textAttribute(group, "MATLAB_class", "struct", 6);
    const hsize_t pair[] = {2, 1};
    array(group, "name", NULL, H5T_STD_REF_OBJ, 2, pair, NULL, 0, 0, NULL);
    group = H5Gcreate2(file, "#refs#", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    array(group, "a", "double", H5T_IEEE_F64LE, 2, column, NULL, 0, 0, NULL);
    H5Gcreate2(file, "#subsystem#", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    group = H5Gcreate2(file, "f", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    textAttribute(group, "MATLAB_class", "function_handle", 15);
    end(file, path);
}

static void hostile(void)
{
    const char *path = "hostile.mat";
    const hid_t file = begin(path, 0);
    double x[300] = {0};
    const hsize_t column[] = {1, 300}, two[] = {2}, nine[] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    const hsize_t huge[] = {1000, 1000000000}, piece[] = {1, 1000}, claim[] = {1, 200000000};
    array(file, "good", "double", H5T_IEEE_F64LE, 2, column, column, 1, H5T_NATIVE_DOUBLE, x);
    array(file, "bare", NULL, H5T_IEEE_F64LE, 2, column, NULL, 0, 0, NULL);
    hid_t set = array(file, "class_number", NULL, H5T_IEEE_F64LE, 2, column, NULL, 0, 0, NULL);
    numberAttribute(set, "MATLAB_class", H5T_STD_U32LE, 6);
    set = array(file, "class_variable", NULL, H5T_IEEE_F64LE, 2, column, NULL, 0, 0, NULL);
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    const char *text = "double";
    hid_t attribute = H5Acreate2(set, "MATLAB_class", type, H5Screate(H5S_SCALAR), H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, &text);
    set = array(file, "class_twice", NULL, H5T_IEEE_F64LE, 2, column, NULL, 0, 0, NULL);
    type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, 6);
    attribute =
        H5Acreate2(set, "MATLAB_class", type, H5Screate_simple(1, two, NULL), H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, "doublesingle");
    set = array(file, "class_long", NULL, H5T_IEEE_F64LE, 2, column, NULL, 0, 0, NULL);
    char *spaces = malloc(5000);
    memset(spaces, 'd', 5000);
    textAttribute(set, "MATLAB_class", spaces, 5000);
    array(file, "class_other", "quaternion", H5T_IEEE_F64LE, 2, column, NULL, 0, 0, NULL);
    type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, 8);
    array(file, "text_inside", "double", type, 2, column, NULL, 0, 0, NULL);
    array(file, "nine", "double", H5T_IEEE_F64LE, 9, nine, NULL, 0, 0, NULL);
    H5Lcreate_external("recording-73.mat", "/signal", file, "elsewhere", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/good", file, "alias", H5P_DEFAULT, H5P_DEFAULT);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(creation, "/etc/hostname", 0, H5F_UNLIMITED);
    set = H5Dcreate2(file, "outside", H5T_STD_U8LE, H5Screate_simple(2, column, NULL), H5P_DEFAULT, creation,
                     H5P_DEFAULT);
    textAttribute(set, "MATLAB_class", "uint8", 5);
    creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 2, column);
    H5Pset_scaleoffset(creation, H5Z_SO_INT, 0);
    set = H5Dcreate2(file, "other_filter", H5T_STD_I32LE, H5Screate_simple(2, column, NULL), H5P_DEFAULT,
                     creation, H5P_DEFAULT);
    textAttribute(set, "MATLAB_class", "int32", 5);
    array(file, "huge", "double", H5T_IEEE_F64LE, 2, huge, piece, 1, 0, NULL);
    array(file, "claim", "uint8", H5T_STD_U8LE, 2, claim, piece, 1, 0, NULL);
    const hsize_t bomb[] = {1, 400000};
    chunkOfZeros(array(file, "bomb", "double", H5T_IEEE_F64LE, 2, bomb, bomb, 1, 0, NULL), 3200000);
    chunkOfZeros(array(file, "chunk_short", "double", H5T_IEEE_F64LE, 2, column, column, 1, 0, NULL), 16);
    chunkOfZeros(array(file, "chunk_long", "double", H5T_IEEE_F64LE, 2, column, column, 1, 0, NULL), 2401);
    chunkOfZeros(array(file, "chunk_bomb", "double", H5T_IEEE_F64LE, 2, column, column, 1, 0, NULL), 4000000);
    const hsize_t three[] = {2};
    const uint64_t full[] = {3, 4};
    set = array(file, "not_empty", "double", H5T_STD_U64LE, 1, three, NULL, 0, H5T_NATIVE_UINT64, full);
    numberAttribute(set, "MATLAB_empty", H5T_STD_U8LE, 1);
    hid_t group = H5Gcreate2(file, "sparse_bare", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    textAttribute(group, "MATLAB_class", "double", 6);
    numberAttribute(group, "MATLAB_sparse", H5T_STD_U64LE, UINT64_MAX);
    H5Lcreate_hard(file, "/", file, "itself", H5P_DEFAULT, H5P_DEFAULT);
    type = H5Tcopy(H5T_NATIVE_INT);
    H5Tcommit2(file, "type", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    end(file, path);
}

// An attribute of 10 MB, which only the newer layouts can hold.
static void longClass(void)
{
    const char *path = "long-class.mat";
    const hid_t file = begin(path, 1);
    const hsize_t column[] = {1, 300};
    double x[300] = {0};
    const hid_t set = array(file, "x", NULL, H5T_IEEE_F64LE, 2, column, NULL, 0, H5T_NATIVE_DOUBLE, x);
    const size_t size = 10000000;
    char *text = calloc(size, 1);
    memset(text, 'd', size);
    textAttribute(set, "MATLAB_class", text, size);
    free(text);
    end(file, path);
}

int main(void)
{
    everything("variables-5.mat", MAT_FT_MAT5, MAT_COMPRESSION_ZLIB);
    everything("variables-73.mat", MAT_FT_MAT73, MAT_COMPRESSION_ZLIB);
    recording("recording-5.mat", MAT_FT_MAT5, MAT_COMPRESSION_ZLIB, 0.31);
    recording("recording-73.mat", MAT_FT_MAT73, MAT_COMPRESSION_ZLIB, 0.31);
    recording("recording-73-plain.mat", MAT_FT_MAT73, MAT_COMPRESSION_NONE, 0.31);
    forms();
    hostile();
    longClass();
    return 0;
}
