// SPDX-License-Identifier: Apache-2.0
#include "core/data/published_data.h"

#include <algorithm>
#include <array>

namespace rosler {

namespace {

/// Files that lie side by side at one address.
struct Row {
    const char *name;
    std::uint64_t size;
    const char *sha256;
    const char *md5;
};

constexpr std::array mnist {
    Row {"train-images-idx3-ubyte.gz", 9'912'422, "", "f68b3c2dcbeaaa9fbdd348bbdeb94873"},
    Row {"train-labels-idx1-ubyte.gz", 28'881,
         "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", ""},
    Row {"t10k-images-idx3-ubyte.gz", 1'648'877,
         "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", ""},
    Row {"t10k-labels-idx1-ubyte.gz", 4'542,
         "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", ""}};

constexpr std::array fashionMnist {
    Row {"train-images-idx3-ubyte.gz", 0, "", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"},
    Row {"train-labels-idx1-ubyte.gz", 0, "", "25c81989df183df01b3e8a0aad5dffbe"},
    Row {"t10k-images-idx3-ubyte.gz", 0, "", "bef4ecab320f06d8554ea6380940ec79"},
    Row {"t10k-labels-idx1-ubyte.gz", 0, "", "bb300cfdad3c16e7a12a480ee83cd310"}};

constexpr std::array cifar10 {Row {"cifar-10-binary.tar.gz", 170'052'171,
                                   "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                                   "c32a1d4ab5d03f1284b67883e8d87530"}};

constexpr std::array speechCommands {Row {"speech_commands_v0.02.tar.gz", 2'428'923'189,
                                          "af14739ee7dc311471de98f5f9d2c9191b18aedfe957f4a6ff791c709868ff58",
                                          ""}};

/// The records of the drive end at 12 kHz: balls, inner race and outer race at 6 o'clock, 0.007 to 0.021
/// inch, loads of 0 to 3 hp; 97 to 100 are without a fault. Of 98 to 100 neither size nor digest is known
/// here.
constexpr std::array bearings {
    Row {"97.mat", 3'903'344, "16bf48babcf1c7ac224bc1a81cd9eafdb27e42d5cf559761907e067e8eeadf3c", ""},
    Row {"98.mat", 0, "", ""},
    Row {"99.mat", 0, "", ""},
    Row {"100.mat", 0, "", ""},
    Row {"105.mat", 2'910'768, "f80b0ea04fd06b372a0eaec7c056543ea37e4bb4727a5b173d2a5bacd2aa9cab", ""},
    Row {"106.mat", 2'928'192, "e5cec7cdd138e6cd1deb9ed8634e5aaa9bc1bd7094ddc075bff606580eb6e883", ""},
    Row {"107.mat", 2'931'672, "111ba8996a115684661a13c913bd74d8029a59294492f88aec7b03e175fdd388", ""},
    Row {"108.mat", 2'950'416, "d415f0e65128bfa0b118c2051c988fb0dc6ce3e4c8aa45fdc5ad1d0967462e7d", ""},
    Row {"118.mat", 2'942'112, "b00628f8dd8d1d930af77fa465d1e5cdb385fe259489053f91f3680bda7f640e", ""},
    Row {"119.mat", 2'914'248, "bc72d9df7668219e004a0f711232b23ec0aed393eb9bd8f9f5483426f6b51330", ""},
    Row {"120.mat", 2'917'752, "e0b7a584c49af52335ff0904a97d4afcf02d045625c582de63a7c85ce10b489c", ""},
    Row {"121.mat", 2'917'752, "52f686e984ba8e9b04a047a57416271cdb322cee57ee105dce58926a24b966cb", ""},
    Row {"130.mat", 2'928'192, "35a095307d0971477049b343a1b5981dde465a58fb7f233ad89b035068c1717d", ""},
    Row {"131.mat", 2'938'632, "7883f7b83beadc54b2f301767f9145ce07055707182fb0278fdf0a6bb53ce3cb", ""},
    Row {"132.mat", 2'914'248, "17a69ed5d2270b42532e678e35bbe2fa04a2cc413cf2bf9e88c7692de8662d18", ""},
    Row {"133.mat", 2'942'112, "53f076cb0d905cf46bffaee7736abce8224ffed777deed03c0c863d762a90c71", ""},
    Row {"169.mat", 2'924'712, "f5448673725c4ea2735fe7d3fe4b16ad82b217eac6b62c4bf351c4549b0a5229", ""},
    Row {"170.mat", 2'924'712, "bcb73a5208b67265468232a2e342f53719850901671d0ee28494f3af97621f46", ""},
    Row {"171.mat", 2'924'712, "63d0fdc1a68e64610ddfaf56a9c224d6137ab7b5c0d318eea1d542b9e5ffc029", ""},
    Row {"172.mat", 2'921'232, "f75170ceef70d5da475671de0d2e52a0acd9b3883ad422b6deaf2907d888ba24", ""},
    Row {"185.mat", 2'924'712, "5bea2c60f177215ba3ec4ae287faf745d7e14aed1a12efe9e37b27c27044bafc", ""},
    Row {"186.mat", 2'931'672, "1b3b6f3ad38e891feaa8026fe957b34f62f9082785089cc74f6878acdfe88ec5", ""},
    Row {"187.mat", 2'928'192, "0f1338cce89beb5c8d8e5e154579bc576354e7c7d1617ebd1759662c6f3100b2", ""},
    Row {"188.mat", 2'931'672, "1981614324d653c2522bea68fd4fd87e337495b117d12596db67abd1e10e7443", ""},
    Row {"197.mat", 2'924'712, "fa571b47cd942f9514a920b403fb7c053cd442bb2963a360a96d0f61432f03e9", ""},
    Row {"198.mat", 2'931'672, "dbd58e4585ca8f8332c708b15936987ec0990ca701359fd2483dae2719df5b49", ""},
    Row {"199.mat", 2'924'712, "ca4e6407fdb68845a6973da6028477911a62d018580063749fe956441be95cf2", ""},
    Row {"200.mat", 2'928'192, "2526483d2701220a700df8e6c9db0c527641b0887225907f4096610dd7120f4b", ""},
    Row {"209.mat", 2'931'672, "9f723d6d9d2eba714c6dc50f99321dffa73d8b1e4d3605675b2c2251511eff80", ""},
    Row {"210.mat", 2'917'752, "596692397e77e129a00f7b7a61c4c3ffd6c7a59979b89039e7f70a7431cce1c7", ""},
    Row {"211.mat", 2'924'712, "8296a02ee489c2d16cbd9fc278ca2e29b22475cec70ebe840558c78b6b743dc1", ""},
    Row {"212.mat", 2'928'192, "bfe13761f545a26b217db897a12d27e16fec74306aa86ade8dbdc8ebe587c253", ""},
    Row {"222.mat", 2'928'192, "fcc0ee740fa123b1f4683f555458891719efb2857afd9fdee63e8fde0ed14469", ""},
    Row {"223.mat", 2'921'232, "7287410fd2217e3b332c5ab4732a68963be046d7d17bd40efa41cabe6a0514e5", ""},
    Row {"224.mat", 2'931'672, "8a16894c2ff4d6bcdb9f4c345c0d5f13737b3bd6d15015d6b566c86e7a3ee7b7", ""},
    Row {"225.mat", 2'931'672, "ece92fa141af03473fdfca80d00d9112472a20340224514e79979c6ddc97a6cf", ""},
    Row {"234.mat", 2'938'632, "ebcbdb96612e8085bbdbf81f0e5e8e8a8d1a693d1ec559c4894f7792771aa9b2", ""},
    Row {"235.mat", 2'928'192, "667e4bf1f213f92d10dca71d494ad002d8fd22bfd8004b31a4c71ccf0d764b66", ""},
    Row {"236.mat", 2'935'152, "c411d6d9826cba8073430555dc833e05fcbe4c38535f3eb7f03c525ea6797589", ""},
    Row {"237.mat", 2'928'192, "233d1edb2daa963658369119e389e30f02aca551dd7bb028ab33e7ba63edfd20", ""}};

template <std::size_t N>
std::vector<PublishedFile> filesAt(const std::string &address, const std::array<Row, N> &rows)
{
    std::vector<PublishedFile> files;
    for (const Row &row : rows)
        files.push_back({row.name, address + row.name, row.size, row.sha256, row.md5});
    return files;
}

std::vector<PublishedData> makeAll()
{
    return {
        {"mnist", "MNIST, handwritten digits (LeCun, Cortes, Burges)",
         "no licence is stated; often quoted as CC BY-SA 3.0",
         filesAt("https://storage.googleapis.com/cvdf-datasets/mnist/", mnist)},
        {"fashion-mnist", "Fashion-MNIST, pictures of clothes (Zalando Research)", "MIT",
         filesAt("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/", fashionMnist)},
        {"cifar-10", "CIFAR-10, small photographs (Krizhevsky, Nair, Hinton)", "no licence is stated",
         filesAt("https://www.cs.toronto.edu/~kriz/", cifar10)},
        {"cwru",
         "Vibration of bearings, 12 kHz, drive end (Case Western Reserve University Bearing Data Center)",
         "public, no licence is stated; cite the centre",
         filesAt("https://engineering.case.edu/sites/default/files/", bearings)},
        {"speech-commands", "Speech Commands 0.02, spoken words (Google)", "CC BY 4.0",
         filesAt("https://storage.googleapis.com/download.tensorflow.org/data/", speechCommands)},
    };
}

} // namespace

std::span<const PublishedData> publishedData()
{
    static const std::vector<PublishedData> all = makeAll();
    return all;
}

const PublishedData *findPublishedData(std::string_view name)
{
    const std::span<const PublishedData> all = publishedData();
    const auto found = std::ranges::find(all, name, &PublishedData::name);
    return found == all.end() ? nullptr : &*found;
}

} // namespace rosler
