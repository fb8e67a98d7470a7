/// Texts as C has them, as long as this lives; the row of pointers ends in a null pointer.
final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private let owned: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String?]) {
        owned = texts.map { text in
            guard let text else { return nil }
            let bytes = text.utf8CString
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            for (place, byte) in bytes.enumerated() { copy[place] = byte }
            return copy
        }
        pointers = .allocate(capacity: texts.count + 1)
        for (place, pointer) in (owned + [nil]).enumerated() {
            (pointers + place).initialize(to: pointer.map { UnsafePointer($0) })
        }
    }

    deinit {
        for pointer in owned { pointer?.deallocate() }
        pointers.deallocate()
    }
}
