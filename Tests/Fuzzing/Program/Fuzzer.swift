import FuzzTargets
import Glibc

// libFuzzer brings `main`, and calls these two. `scripts/fuzz` says in the environment which target it is for.

/// With `FUZZ_SEEDS` it only writes the target's seeds into that folder.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?) -> CInt {
    do {
        if let folder = getenv("FUZZ_SEEDS") {
            for (number, seed) in try target.seeds().enumerated() {
                guard let file = fopen("\(String(cString: folder))/\(number)", "w") else { continue }
                _ = fwrite(seed, 1, seed.count, file)
                fclose(file)
            }
            exit(0)
        }
    } catch {
        fatalError("the seeds of \(target): \(error)")
    }
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        try target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
        fatalError("broken: \(error)")
    }
    return 0
}

private let target: FuzzTarget = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget.named(name) else { fatalError("FUZZ_TARGET is \"\(name)\", which is no target") }
    return target
}()
