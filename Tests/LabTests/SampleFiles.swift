import Foundation

/// Files of the sizes at which block protocols go wrong, and what compares them.
enum SampleFiles {
    /// Nothing, one byte, around one block of 512, and 65,536 blocks of it: there TFTP's block numbers begin anew.
    static let sizes = [0, 1, 511, 512, 513, 32 << 20]

    static func name(_ size: Int) -> String { "\(size).bin" }

    /// No two stretches of it are alike, and line ends of all kinds are in it.
    static func bytes(_ count: Int) -> Data {
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        var data = Data(capacity: count + 8)
        while data.count < count {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            withUnsafeBytes(of: state) { data.append(contentsOf: $0) }
        }
        return data.prefix(count)
    }

    static func write(to lab: Lab, sizes: [Int] = sizes) throws {
        for size in sizes { try lab.write(bytes(size), to: "tree/\(name(size))") }
    }
}

extension Lab {
    /// What cmp(1) says against two files of the lab's folder: nothing where they are alike to the last byte.
    func difference(_ one: String, _ other: String) throws -> String {
        try run("cmp", [one, other]).text
    }

    /// A file of noise, made by the kernel: for sizes that would take long here.
    func writeNoise(megabytes: Int, to name: String) throws {
        let outcome = try run("dd", ["if=/dev/urandom", "of=\(name)", "bs=1M", "count=\(megabytes)", "iflag=fullblock"])
        guard outcome.status == 0 else { throw LabFailure(outcome.text) }
    }
}
