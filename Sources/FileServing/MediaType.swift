/// The Content-Type of a file by the end of its name; phones look at it seldom, and browsers must not guess.
func mediaType(of path: String) -> String {
    let octets = path.utf8
    let name = octets.lastIndex(of: UInt8(ascii: "/")).map { octets[octets.index(after: $0)...] } ?? octets[...]
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot != name.startIndex else { return "application/octet-stream" }
    switch Substring(name[name.index(after: dot)...]).lowercased() {
    case "xml": return "application/xml"
    case "htm", "html": return "text/html; charset=utf-8"
    case "cfg", "txt", "ver", "conf", "ini", "csv", "boot", "log": return "text/plain; charset=utf-8"
    case "json": return "application/json"
    case "png": return "image/png"
    case "jpg", "jpeg": return "image/jpeg"
    case "gif": return "image/gif"
    case "bmp": return "image/bmp"
    case "wav": return "audio/wav"
    case "zip": return "application/zip"
    case "pem", "crt": return "application/x-pem-file"
    default: return "application/octet-stream"
    }
}
