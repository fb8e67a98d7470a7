/// What is known of a device's make.
package struct DeviceMake: Hashable, Sendable {
    package var vendor: String?
    /// The family's id.
    package var family: String?
    package var model: String?
    package var version: String?

    package init(vendor: String? = nil, family: String? = nil, model: String? = nil, version: String? = nil) {
        self.vendor = vendor
        self.family = family
        self.model = model
        self.version = version
    }
}

extension Event {
    /// What an event tells of its device's make; `nil` where it tells nothing.
    package var make: DeviceMake? {
        switch what {
        case .dhcpAnswered(let answer), .dhcpObserved(let answer): answer.make
        case .pnpAnswered(let answer), .pnpObserved(let answer): answer.make
        case .fileServed(let file), .fileUnderWay(let file, _): file.make
        case .leased(let lease): DeviceMake(vendor: lease.vendor)
        // Who gets nothing is somebody all the same.
        default: identity?.make
        }
    }
}

extension Identity {
    /// `nil` for who was not recognised.
    fileprivate var make: DeviceMake? {
        isRecognised ? DeviceMake(vendor: vendor, family: family?.id, model: model, version: version) : nil
    }
}

extension Event.DHCPAnswered {
    var make: DeviceMake { DeviceMake(vendor: vendor, family: family, model: model, version: version) }
}

extension Event.PnPAnswered {
    var make: DeviceMake { DeviceMake(vendor: vendor, family: family, model: model, version: version) }
}

extension Event.FileServed {
    var make: DeviceMake { DeviceMake(vendor: vendor, family: family, model: model, version: version) }
}
