/// Alcatel-Lucent OmniTouch 4135 (manual, page 48, "Using a provisioning server").
///
/// The page leaves open in which order the two files are fetched (the one that wins comes last here), what its `pagename` element holds
/// (the name of the file that it stands in, here), and what the element of the interval is called (so that is always 30 minutes).
struct OmniTouch4135: PhoneSystem {
    private var globalName = "ot4135.xml"
    private var localName: String
    private var global: ToldURL?
    private var local: ToldURL?

    init(_ phone: SimulatedPhone) {
        localName = "ot4135-\(phone.mac.plain.uppercased()).xml"
    }

    mutating func visit(_ told: ToldURL, _ reason: VisitReason) -> [ToldURL] {
        (global, local) = (told.beside(globalName), told.beside(localName))
        return [global, local].compactMap { $0 }
    }

    mutating func read(_ file: ToldURL, _ text: String) -> Finding {
        let name = MarkupElement.all(in: text).last { $0.name == "pagename" }?.text ?? ""
        guard !name.isEmpty, name != file.fileName else { return Finding() }
        let next = file.beside(name)
        if file == global {
            (globalName, global) = (name, next)
        } else {
            (localName, local) = (name, next)
        }
        return Finding(next: [next], remarks: ["\(file.fileName) is called \(name) from here on (pagename)"])
    }

    /// "The default value is once every 30 minutes."
    var polling: Polling? { .every(seconds: 1800) }

    /// The page knows no check-sync.
    func heeds(_ event: String) -> Obedience { .refuses(489) }
}
