import Packets

extension Settings {
    /// The device that `user` and `password` of `devices.csv` belong to. Every device is looked at, and every byte, so that the time
    /// it takes tells nothing of how near a guess came.
    package func device(user: String, password: String) -> MACAddress? {
        var found: MACAddress?
        for (mac, device) in devices {
            guard let itsUser = device.more["user"], let itsPassword = device.more["password"] else { continue }
            let isRight = isSame(itsUser, user)
            if isSame(itsPassword, password), isRight { found = mac }
        }
        return found
    }
}

private func isSame(_ secret: String, _ guess: String) -> Bool {
    let secret = Array(secret.utf8)
    var difference = UInt(bitPattern: secret.count ^ guess.utf8.count)
    for (place, byte) in guess.utf8.enumerated() {
        difference |= UInt(byte ^ (place < secret.count ? secret[place] : 0))
    }
    return difference == 0
}
