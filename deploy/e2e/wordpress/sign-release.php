<?php
// php sign-release.php KEY SLUG VERSION ZIP: the signed statement of a package, as JSON, without asking what is in it.
list( , $key, $slug, $version, $file ) = $argv;

$pair   = sodium_crypto_sign_seed_keypair( base64_decode( $key ) );
$sha256 = hash_file( 'sha256', $file );
$size   = filesize( $file );
$text   = "igny8-release v1\n$slug\n$version\n$sha256\n$size\n";
echo json_encode(
	array(
		'version'   => $version,
		'sha256'    => $sha256,
		'size'      => $size,
		'key_id'    => substr( hash( 'sha256', sodium_crypto_sign_publickey( $pair ) ), 0, 16 ),
		'signature' => base64_encode( sodium_crypto_sign_detached( $text, sodium_crypto_sign_secretkey( $pair ) ) ),
	)
);
