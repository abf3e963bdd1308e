package nginx.grpc.lib.mime_types_test

import data.nginx.grpc.lib.mime_types

# The extensions of conf/mime.types of nginx 1.22.1, in the order of that file.
_of_nginx := [
	"html htm shtml css xml gif jpeg jpg js atom rss mml txt jad wml htc avif png svg svgz tif",
	"tiff wbmp webp ico jng bmp woff woff2 jar war ear json hqx doc pdf ps eps ai rtf m3u8 kml",
	"kmz xls eot ppt odg odp ods odt pptx xlsx docx wmlc wasm 7z cco jardiff jnlp run pl pm prc",
	"pdb rar rpm sea swf sit tcl tk der pem crt xpi xhtml xspf zip bin exe dll deb dmg iso img",
	"msi msp msm mid midi kar mp3 ogg m4a ra 3gpp 3gp ts mp4 mpeg mpg mov webm flv m4v mng asx",
	"asf wmv avi",
]

test_every_extension_of_nginx_has_a_type if {
	mime_types.known == {extension | some line in _of_nginx; some extension in split(line, " ")}
}
