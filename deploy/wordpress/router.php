<?php
// For `php -S`: what a web server's rewrite rules do for WordPress.
$root = rtrim( $_SERVER['DOCUMENT_ROOT'], '/' );
$asked = (string) parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH );
$path = rawurldecode( $asked );
if ( strpos( $path, "\0" ) !== false || preg_match( '~(^|/)\.\.?(/|$)~', $path ) ) {
	http_response_code( 400 );
	return true;
}
if ( preg_match( '~/\.~', $path ) ) {
	http_response_code( 403 );
	return true;
}

// What a network of folders has below a blog's address lies where the main site has it.
if ( ! file_exists( $root . $path ) && preg_match( '~^/[a-z0-9-]+(/wp-(?:admin|includes|content)(?:/.*)?|/wp-[a-z-]+\.php)$~', $path, $match ) && file_exists( $root . $match[1] ) ) {
	$path = $match[1];
	if ( substr( $path, -4 ) !== '.php' && is_file( $root . $path ) ) {
		header( "Location: $path", true, 302 ); // The server itself finds files by the address alone.
		return true;
	}
}

$file = $root . $path;
if ( is_dir( $file ) && is_file( $file . '/index.php' ) ) {
	if ( substr( $path, -1 ) !== '/' ) {
		$query = empty( $_SERVER['QUERY_STRING'] ) ? '' : '?' . $_SERVER['QUERY_STRING'];
		header( 'Location: ' . rtrim( $asked, '/' ) . '/' . $query, true, 301 );
		return true;
	}
	$path .= 'index.php';
	$file .= 'index.php';
}
if ( is_file( $file ) && substr( $file, -4 ) !== '.php' ) {
	return false; // Files are the server's own work.
}
if ( ! is_file( $file ) ) {
	$path = '/index.php';
	$file = $root . $path;
}

// Without these three, WordPress takes a pretty link for its own script and never answers 404.
$_SERVER['SCRIPT_NAME']     = $path;
$_SERVER['PHP_SELF']        = $path;
$_SERVER['SCRIPT_FILENAME'] = $file;
unset( $_SERVER['PATH_INFO'], $root, $asked, $query, $match );
chdir( dirname( $file ) );
require $file;
