// swift-tools-version: 6.2
import PackageDescription

// The house, floor by floor. docs/architecture.md says what each room is for; `scripts/check imports` proves the arrows.

/// Pure rooms: bytes and values in, values out. No libc, no Foundation, and an unsafe pointer is a build error.
let pure: [SwiftSetting] = [.strictMemorySafety(), .treatAllWarnings(as: .error)]
/// libxml2's headers have a folder of their own. pkg-config knows it, and would link the library too.
let shipped: [SwiftSetting] = [.treatAllWarnings(as: .error), .unsafeFlags(["-Xcc", "-I/usr/include/libxml2"])]

/// The release keeps a sixth less of the program in memory: relative relocations are packed (glibc 2.36 or later), and no symbol is exported.
let linking: [LinkerSetting] = [
    .unsafeFlags(
        ["-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs", "-Xlinker", "--no-export-dynamic"],
        .when(configuration: .release))
]

func library(_ name: String, _ dependencies: [Target.Dependency] = [], _ settings: [SwiftSetting]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func system(_ name: String, _ pkgConfig: String, _ debianPackage: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([debianPackage])])
}

/// `bellhop --version` names it; a `+` for what is not committed. A source archive has none.
let commit =
    Context.gitInformation.map { $0.currentCommit.prefix(9) + ($0.hasUncommittedChanges ? "+" : "") } ?? ""

let package = Package(
    name: "bellhop",
    products: [
        .executable(name: "bellhop", targets: ["bellhop"]),
        .executable(name: "phonesim", targets: ["phonesim"]),
    ],
    targets: [
        // Pure
        library("JSONText", [], pure),
        library("FileTemplates", ["JSONText"], pure),
        library("Packets", [], pure),
        library("HTTPSemantics", ["Packets"], pure),
        library("DHCPMessages", ["Packets"], pure),
        library("SIPMessages", ["Packets"], pure),
        library("TFTPTransfers", ["Packets"], pure),
        library("FTPSessions", ["Packets"], pure),
        library("GroupMembership", ["Packets"], pure),
        library("ConfigTree", [], pure),
        library("VendorCatalogue", ["ConfigTree", "DHCPMessages", "Packets"], pure),
        library(
            "Provisioning",
            [
                "ConfigTree", "DHCPMessages", "FileTemplates", "HTTPSemantics", "Packets", "SIPMessages", "VendorCatalogue",
            ], pure),

        library("Linting", ["ConfigTree", "Packets", "Provisioning", "VendorCatalogue"], pure),
        library("Diagnosis", ["ConfigTree", "JSONText", "Packets", "Provisioning", "VendorCatalogue"], pure),

        // C libraries, one Swift target each
        .target(name: "CLinux", cSettings: [.define("BELLHOP_COMMIT", to: "\"\(commit)\"")]),
        system("CSystemd", "libsystemd", "libsystemd-dev"),
        system("CCapNG", "libcap-ng", "libcap-ng-dev"),
        system("CPcap", "libpcap", "libpcap-dev"),
        system("CMicroHTTPD", "libmicrohttpd", "libmicrohttpd-dev"),
        system("CYAML", "yaml-0.1", "libyaml-dev"),
        system("CSQLite", "sqlite3", "libsqlite3-dev"),
        system("CGnuTLS", "gnutls", "libgnutls28-dev"),
        system("CJansson", "jansson", "libjansson-dev"),
        // Without pkg-config's flags, which link: these are loaded at run time, by what needs them (Sources/CRuntimeLoading).
        .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-gnutls-dev"])]),
        .systemLibrary(name: "CLibXML", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CPostgreSQL", providers: [.apt(["libpq-dev"])]),

        // Edges
        library("LinuxSystem", ["CCapNG", "CLinux", "CSystemd", "JSONText", "Packets"], shipped),
        library("FrameLink", ["CPcap", "LinuxSystem", "Packets"], shipped),
        library("Cryptography", ["CGnuTLS"], shipped),
        library("WebServer", ["CMicroHTTPD", "Cryptography", "HTTPSemantics", "LinuxSystem", "Packets"], shipped),
        library("WebClient", ["CCurl", "Packets"], shipped),
        library("JSONReading", ["CJansson", "JSONText"], shipped),
        library("XMLReading", ["CLibXML"], shipped),
        library("FileTree", ["LinuxSystem", "Provisioning"], shipped),
        library("ConfigFiles", ["CYAML", "ConfigTree", "LinuxSystem", "Packets", "Provisioning", "VendorCatalogue"], shipped),
        library("Ledger", ["CSQLite", "LinuxSystem", "Packets", "Provisioning"], shipped),
        library("PostgreSQL", ["CPostgreSQL", "LinuxSystem"], shipped),
        library("FleetStore", ["LinuxSystem", "Packets", "PostgreSQL", "Provisioning"], shipped),

        // Services
        library(
            "Responder",
            [
                "Cryptography", "DHCPMessages", "FrameLink", "GroupMembership", "LinuxSystem", "Packets", "Provisioning",
                "SIPMessages",
            ], shipped),
        library(
            "FileServing",
            [
                "ConfigTree", "Cryptography", "FTPSessions", "FileTemplates", "FileTree", "HTTPSemantics", "LinuxSystem",
                "Packets", "Provisioning", "TFTPTransfers", "VendorCatalogue", "WebServer",
            ], shipped),
        library(
            "StatusPage",
            [
                "ConfigTree", "Cryptography", "Diagnosis", "FleetStore", "JSONReading", "JSONText", "Ledger", "LinuxSystem",
                "Packets",
                "PostgreSQL", "Provisioning", "VendorCatalogue", "WebServer",
            ], shipped),

        library("Fleet", ["FleetStore", "Ledger", "LinuxSystem", "PostgreSQL", "Provisioning"], shipped),

        // House and doors
        library(
            "Daemon",
            [
                "ConfigFiles", "ConfigTree", "Cryptography", "DHCPMessages", "Diagnosis", "FileServing", "FileTree", "Fleet",
                "FleetStore", "FrameLink", "HTTPSemantics", "Ledger", "LinuxSystem", "Packets", "PostgreSQL", "Provisioning",
                "Responder", "StatusPage",
                "VendorCatalogue", "WebServer",
            ], shipped),
        library(
            "CommandLine",
            [
                "ConfigFiles", "ConfigTree", "DHCPMessages", "Daemon", "Diagnosis", "FileServing", "FileTree", "Fleet",
                "FleetStore", "FrameLink", "JSONReading", "JSONText", "Ledger", "Linting", "LinuxSystem", "Packets",
                "PostgreSQL", "Provisioning", "SIPMessages", "StatusPage", "VendorCatalogue", "WebClient", "XMLReading",
            ], shipped),
        library(
            "PhoneSimulator",
            [
                "ConfigFiles", "ConfigTree", "DHCPMessages", "FrameLink", "JSONText", "LinuxSystem", "Packets", "SIPMessages",
                "TFTPTransfers", "VendorCatalogue", "WebClient", "XMLReading",
            ], shipped),
        .executableTarget(name: "bellhop", dependencies: ["CommandLine"], swiftSettings: shipped, linkerSettings: linking),
        .executableTarget(name: "phonesim", dependencies: ["PhoneSimulator"], swiftSettings: shipped, linkerSettings: linking),

        // Tests
        .target(
            name: "TestSupport",
            dependencies: ["DHCPMessages", "Ledger", "LinuxSystem", "Packets", "Provisioning", "Responder", "TFTPTransfers"],
            path: "Tests/TestSupport",
            swiftSettings: shipped),
        .testTarget(
            name: "LinuxSystemTests", dependencies: ["JSONReading", "JSONText", "LinuxSystem", "Packets", "TestSupport"],
            swiftSettings: shipped),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "ConfigFiles", "ConfigTree", "DHCPMessages", "FTPSessions", "FileServing", "FileTemplates", "FrameLink",
                "GroupMembership", "HTTPSemantics", "JSONReading", "JSONText", "LinuxSystem", "Packets", "Provisioning",
                "Responder", "SIPMessages",
                "StatusPage", "TFTPTransfers", "TestSupport", "VendorCatalogue", "WebServer",
            ], path: "Tests/Fuzzing/Targets", swiftSettings: shipped),
        .testTarget(
            name: "FuzzingTests", dependencies: ["FuzzTargets", "TestSupport"], path: "Tests/Fuzzing/Tests",
            swiftSettings: shipped),
        .testTarget(
            name: "FrameLinkTests", dependencies: ["FrameLink", "LinuxSystem", "Packets", "TestSupport"], swiftSettings: shipped),
        .testTarget(
            name: "SIPMessagesTests", dependencies: ["Cryptography", "Packets", "SIPMessages", "TestSupport"],
            exclude: ["Samples"],
            swiftSettings: shipped),
        .testTarget(
            name: "PacketsTests", dependencies: ["Packets", "TestSupport"], exclude: ["Samples"], swiftSettings: shipped),
        .testTarget(
            name: "GroupMembershipTests", dependencies: ["GroupMembership", "Packets", "TestSupport"], swiftSettings: shipped),
        .testTarget(name: "FTPSessionsTests", dependencies: ["FTPSessions", "Packets", "TestSupport"], swiftSettings: shipped),
        .testTarget(name: "FileTemplatesTests", dependencies: ["FileTemplates"], swiftSettings: shipped),
        .testTarget(
            name: "DHCPMessagesTests", dependencies: ["DHCPMessages", "Packets", "TestSupport"], exclude: ["Samples"],
            swiftSettings: shipped),
        .testTarget(
            name: "TFTPTransfersTests", dependencies: ["Packets", "TFTPTransfers", "TestSupport"], swiftSettings: shipped),
        .testTarget(
            name: "LedgerTests",
            dependencies: [
                "DHCPMessages", "Ledger", "LinuxSystem", "Packets", "Provisioning", "TestSupport", "VendorCatalogue",
            ],
            swiftSettings: shipped),
        .testTarget(
            name: "ConfigTests",
            dependencies: [
                "ConfigFiles", "ConfigTree", "JSONReading", "JSONText", "Packets", "Provisioning", "TestSupport",
                "VendorCatalogue",
            ], swiftSettings: shipped),
        .testTarget(
            name: "ProvisioningTests",
            dependencies: [
                "ConfigFiles", "ConfigTree", "DHCPMessages", "FileTemplates", "FrameLink", "LinuxSystem", "Packets",
                "Provisioning", "SIPMessages", "TestSupport", "VendorCatalogue",
            ], exclude: ["Captures", "Samples"], swiftSettings: shipped),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "CommandLine", "ConfigFiles", "ConfigTree", "DHCPMessages", "Diagnosis", "JSONText", "LinuxSystem", "Packets",
                "Provisioning", "TestSupport", "VendorCatalogue",
            ], swiftSettings: shipped),
        .testTarget(
            name: "ServicesTests",
            dependencies: [
                "ConfigFiles", "ConfigTree", "Cryptography", "Daemon", "DHCPMessages", "Diagnosis", "FTPSessions", "FileServing",
                "FileTree",
                "FrameLink", "HTTPSemantics", "JSONReading", "JSONText", "Ledger", "LinuxSystem", "Packets", "Provisioning",
                "Responder", "SIPMessages", "StatusPage", "TFTPTransfers", "TestSupport", "VendorCatalogue", "WebServer",
            ], swiftSettings: shipped),
        .testTarget(
            name: "LabTests",
            dependencies: [
                "DHCPMessages", "FrameLink", "LinuxSystem", "Packets", "Provisioning", "TFTPTransfers", "TestSupport",
            ],
            exclude: ["Scenarios", "Systems"],
            swiftSettings: shipped),
        .testTarget(
            name: "PhoneSimulatorTests",
            dependencies: [
                "ConfigFiles", "ConfigTree", "DHCPMessages", "JSONText", "Packets", "PhoneSimulator", "SIPMessages",
                "VendorCatalogue",
            ], swiftSettings: shipped),
        .testTarget(
            name: "DiagnosisTests",
            dependencies: [
                "ConfigFiles", "ConfigTree", "Diagnosis", "Packets", "Provisioning", "TestSupport", "VendorCatalogue",
            ],
            swiftSettings: shipped),
        .testTarget(
            name: "FleetTests",
            dependencies: [
                "Fleet", "FleetStore", "Ledger", "LinuxSystem", "Packets", "PostgreSQL", "Provisioning", "TestSupport",
            ],
            swiftSettings: shipped),
        .testTarget(
            name: "LintingTests",
            dependencies: [
                "CommandLine", "ConfigFiles", "ConfigTree", "FileTree", "Linting", "Packets", "Provisioning", "TestSupport",
                "VendorCatalogue", "XMLReading",
            ], swiftSettings: shipped),
        .testTarget(
            name: "HTTPSemanticsTests", dependencies: ["Cryptography", "HTTPSemantics"], swiftSettings: shipped),
        .testTarget(
            name: "WebServerTests", dependencies: ["Cryptography", "HTTPSemantics", "LinuxSystem", "Packets", "WebServer"],
            swiftSettings: shipped),
    ],
    swiftLanguageModes: [.v6]
)

// libFuzzer brings the `main` of this program, and `scripts/fuzz` builds it: an ordinary build has no such thing.
if Context.environment["BELLHOP_FUZZ"] != nil {
    package.products.append(.executable(name: "bellhop-fuzz", targets: ["bellhop-fuzz"]))
    package.targets.append(
        .executableTarget(
            name: "bellhop-fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzzing/Program",
            swiftSettings: shipped + [.unsafeFlags(["-parse-as-library"])]))
}
