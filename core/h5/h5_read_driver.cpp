// SPDX-License-Identifier: Apache-2.0
#include "core/h5/h5_read_driver.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>

#include <fcntl.h>
#include <hdf5.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/h5/h5_error.h"

namespace rosler::h5 {

namespace {

constexpr herr_t good = 0;
constexpr herr_t bad = -1;

/// What the access properties carry.
struct Source {
    const char *bytes; ///< null: the file of the name that is opened
    std::size_t count;
    bool copied;
};

/// A file that is open: HDF5 knows its first member, and hands the whole to the functions below.
struct Image {
    H5FD_t known {};
    std::string owned;
    std::string_view bytes; ///< those, or borrowed ones; or else
    int descriptor = -1;    ///< of a file
    haddr_t size = 0;
    haddr_t end = 0;       ///< of what HDF5 takes for the file
    bool longSizes = true; ///< they take 8 bytes in it, as the superblock says

    Image() = default;
    Image(const Image &) = delete;
    Image &operator=(const Image &) = delete;
    ~Image()
    {
        if (descriptor >= 0)
            ::close(descriptor);
    }

    /// All of it, or nothing that counts.
    bool read(haddr_t first, std::size_t count, char *to) const
    {
        if (descriptor < 0) {
            std::memcpy(to, bytes.data() + first, count);
            return true;
        }
        while (count > 0) {
            const ssize_t got = ::pread(descriptor, to, count, static_cast<off_t>(first));
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0) // it shrank
                return false;
            first += static_cast<haddr_t>(got);
            to += got;
            count -= static_cast<std::size_t>(got);
        }
        return true;
    }
};

static_assert(std::is_standard_layout_v<Image>, "a pointer to its first member is one to the whole");

Image *imageOf(H5FD_t *file)
{
    return reinterpret_cast<Image *>(file);
}

const Image *imageOf(const H5FD_t *file)
{
    return reinterpret_cast<const Image *>(file);
}

H5FD_t *openImage(const char *name, unsigned flags, hid_t access, haddr_t /*most*/) noexcept
try {
    const auto *source = static_cast<const Source *>(H5Pget_driver_info(access));
    if (source == nullptr || (flags & H5F_ACC_RDWR) != 0)
        return nullptr;
    auto image = std::make_unique<Image>();
    if (source->bytes != nullptr) {
        image->bytes = {source->bytes, source->count};
        if (source->copied)
            image->bytes = image->owned.assign(image->bytes);
        image->size = source->count;
    } else {
        struct stat status {
        };
        image->descriptor = ::open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (image->descriptor < 0 || ::fstat(image->descriptor, &status) != 0 || !S_ISREG(status.st_mode))
            return nullptr;
        image->size = static_cast<haddr_t>(status.st_size);
    }
    return &image.release()->known;
} catch (...) { // no memory; HDF5 is C
    return nullptr;
}

herr_t closeImage(H5FD_t *file)
{
    const std::unique_ptr<Image> owned(imageOf(file));
    return good;
}

int compare(const H5FD_t *a, const H5FD_t *b)
{
    return a < b ? -1 : a > b ? 1 : 0;
}

herr_t features(const H5FD_t * /*file*/, unsigned long *flags)
{
    *flags = 0; // nothing is gathered, nothing is kept back
    return good;
}

haddr_t endOfAddresses(const H5FD_t *file, H5FD_mem_t /*type*/)
{
    return imageOf(file)->end;
}

herr_t setEndOfAddresses(H5FD_t *file, H5FD_mem_t /*type*/, haddr_t end)
{
    imageOf(file)->end = end;
    return good;
}

haddr_t endOfFile(const H5FD_t *file, H5FD_mem_t /*type*/)
{
    return imageOf(file)->size;
}

/// Remembers how many bytes sizes take, where @p bytes are a superblock.
void lookAtSuperblock(Image &image, std::string_view bytes)
{
    constexpr std::size_t version = 8;
    constexpr std::size_t sizesOfOld = 14; // versions 0 and 1
    constexpr std::size_t sizesOfNew = 10;
    if (bytes.size() > sizesOfOld && bytes.starts_with("\211HDF\r\n\032\n"))
        image.longSizes = bytes[bytes[version] < 2 ? sizesOfOld : sizesOfNew] == 8;
}

/// Whether @p bytes are the head of a local heap that claims more than the whole file: HDF5 adds to the claim
/// before it asks for memory, so that a claim just below 2^64 gives it too little (1.10.8).
bool isImpossibleHeap(const Image &image, std::string_view bytes)
{
    constexpr std::size_t place = 8;
    std::uint64_t claimed = 0;
    if (!image.longSizes || bytes.size() < place + sizeof claimed || !bytes.starts_with("HEAP"))
        return false;
    for (std::size_t i = sizeof claimed; i-- > 0;)
        claimed = claimed << 8U | static_cast<unsigned char>(bytes[place + i]);
    return claimed > image.size;
}

/// What lies behind the file's last byte is 0, as in HDF5's own drivers.
herr_t readBytes(H5FD_t *file, H5FD_mem_t type, hid_t /*transfer*/, haddr_t first, size_t count, void *to)
{
    Image &image = *imageOf(file);
    if (first == HADDR_UNDEF || first > image.end || count > image.end - first)
        return bad;
    const std::size_t held = first >= image.size ? 0 : std::min<std::size_t>(count, image.size - first);
    if (held > 0 && !image.read(first, held, static_cast<char *>(to)))
        return bad;
    if (count > held)
        std::memset(static_cast<char *>(to) + held, 0, count - held);
    const std::string_view bytes(static_cast<const char *>(to), held);
    if (type == H5FD_MEM_SUPER)
        lookAtSuperblock(image, bytes);
    return type == H5FD_MEM_LHEAP && isImpossibleHeap(image, bytes) ? bad : good;
}

herr_t writeBytes(H5FD_t * /*file*/, H5FD_mem_t /*type*/, hid_t /*transfer*/, haddr_t /*first*/,
                  size_t /*count*/, const void * /*from*/)
{
    return bad; // it is opened to be read
}

/// What H5Fget_vfd_handle() gives.
herr_t handleOf(H5FD_t *file, hid_t /*access*/, void **handle)
{
    *handle = file;
    return good;
}

hid_t registerDriver()
{
    static H5FD_class_t driver {};
    driver.name = "rosler_read";
    driver.maxaddr = HADDR_MAX;
    driver.fc_degree = H5F_CLOSE_WEAK;
    driver.fapl_size = sizeof(Source);
    driver.open = &openImage;
    driver.close = &closeImage;
    driver.cmp = &compare;
    driver.query = &features;
    driver.get_eoa = &endOfAddresses;
    driver.set_eoa = &setEndOfAddresses;
    driver.get_eof = &endOfFile;
    driver.get_handle = &handleOf;
    driver.read = &readBytes;
    driver.write = &writeBytes;
    std::fill(std::begin(driver.fl_map), std::end(driver.fl_map), H5FD_MEM_SUPER);
    return H5FDregister(&driver);
}

Result<Handle> openWith(const Source &source, const std::string &path, const std::string &name)
{
    prepareLibrary();
    static const hid_t driver = registerDriver();
    (void)H5PLset_loading_state(0); // no filters out of libraries that lie about
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), &H5Pclose);
    if (driver < 0 || !access || H5Pset_driver(access.id(), driver, &source) < 0)
        return failWithStack(ErrorCode::Unreadable, "cannot prepare an HDF5 file", name);
    Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id()), &H5Fclose);
    if (!file)
        return failWithStack(ErrorCode::Malformed, "not a whole HDF5 file", name);
    return file;
}

} // namespace

std::string memoryName()
{
    static std::atomic<std::uint64_t> next {0};
    return "/dev/null/" + std::to_string(next++);
}

bool readRaw(const Handle &file, std::uint64_t first, std::span<std::byte> into)
{
    void *handle = nullptr;
    if (H5Fget_vfd_handle(file.id(), H5P_DEFAULT, &handle) < 0)
        return false;
    const Image &image = *imageOf(static_cast<H5FD_t *>(handle));
    return first <= image.size && into.size() <= image.size - first
        && (into.empty() || image.read(first, into.size(), reinterpret_cast<char *>(into.data())));
}

Result<Handle> openToRead(const std::string &path, const std::string &name)
{
    return openWith({nullptr, 0, false}, path, name);
}

Result<Handle> openToRead(std::string_view image, ImageUse use, const std::string &name)
{
    if (image.empty())
        return fail(ErrorCode::Malformed, "not an HDF5 file: it is empty", name);
    return openWith({image.data(), image.size(), use == ImageUse::Copied}, memoryName(), name);
}

} // namespace rosler::h5
