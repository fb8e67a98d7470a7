import Provisioning

extension EventDetail {
    /// Bytes of UTF-8 that are kept of one text.
    package static let longest = 2048

    /// Cut where it is too long.
    var fitForDisk: EventDetail {
        guard text.utf8.count > EventDetail.longest else { return self }
        var kept = text.unicodeScalars[...]
        var length = text.utf8.count
        while length > EventDetail.longest - 3, let last = kept.popLast() { length -= UTF8.width(last) }
        return EventDetail(name, String(kept) + "…")
    }
}

extension EventText {
    /// As it lies in the database, each text cut where it is too long.
    var fitForDisk: String {
        fields.allSatisfy { $0.value.count <= EventDetail.longest }
            ? DetailsText.write(self) : DetailsText.write(details.map(\.fitForDisk))
    }
}
