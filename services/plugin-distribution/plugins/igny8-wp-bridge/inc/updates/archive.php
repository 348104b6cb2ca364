<?php
/**
 * What is in a package, before anything of it is unpacked.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Updates;

use PclZip;
use WP_Error;
use ZipArchive;

const MOST_ENTRIES        = 2000;
const MOST_UNPACKED_BYTES = 67108864;

/** Of the main file this much is read, as WordPress does. */
const HEADER_BYTES = 8192;

const MAIN_FILE = SLUG . '/' . SLUG . '.php';

/** What the header of the main file has to say. */
const PLUGIN_NAME = 'IGNY8 WordPress Bridge';

/**
 * Judge whether a package holds this plugin in this version, and nothing beside it.
 *
 * @return true|WP_Error
 */
function judge_archive( string $file, string $version ) {
	$found = class_exists( 'ZipArchive', false ) ? look_with_ziparchive( $file ) : look_with_pclzip( $file );
	if ( null === $found ) {
		return refusal( 'foreign_package', 'no ZIP' );
	}
	$problem = problem_with_entries( $found['entries'] );
	$problem = '' !== $problem ? $problem : problem_with_header( $found['header'], $version );
	return '' === $problem ? true : refusal( 'foreign_package', $problem );
}

/**
 * Find what is wrong with what a package holds, '' if nothing is.
 *
 * @param array<array{name:string,size:int,link:bool}>|null $entries Null if there are too many.
 */
function problem_with_entries( ?array $entries ): string {
	if ( null === $entries ) {
		return 'more than ' . MOST_ENTRIES . ' entries';
	}
	$bytes = 0;
	foreach ( $entries as $entry ) {
		$name = $entry['name'];
		if ( 0 !== strpos( $name, SLUG . '/' ) || preg_match( '~\\\\|\0|//|(^|/)\.\.?(/|$)~', $name ) ) {
			return $name;
		}
		if ( $entry['link'] ) {
			return "$name is a link";
		}
		$bytes += max( 0, $entry['size'] );
	}
	return $bytes > MOST_UNPACKED_BYTES ? 'more than ' . MOST_UNPACKED_BYTES . ' bytes' : '';
}

/** Find what is wrong with the main file, '' if nothing is. */
function problem_with_header( string $header, string $version ): string {
	$said = [];
	foreach ( [ 'Plugin Name', 'Version' ] as $field ) {
		$said[] = preg_match( '/^(?:[ \t]*<\?php)?[ \t\/*#@]*' . $field . ':(.*)$/mi', str_replace( "\r", "\n", $header ), $match ) ? trim( $match[1] ) : '';
	}
	return [ PLUGIN_NAME, $version ] === $said ? '' : "main file says '$said[0]' '$said[1]'";
}

/**
 * Look into a package by PHP's own extension.
 *
 * @return array{entries:array|null,header:string}|null Null if it is none.
 */
function look_with_ziparchive( string $file ): ?array {
	$zip = new ZipArchive();
	if ( true !== $zip->open( $file, ZipArchive::CHECKCONS ) ) {
		return null;
	}
	$entries = [];
	for ( $i = 0; $i < $zip->numFiles && $i <= MOST_ENTRIES; $i++ ) { // phpcs:ignore WordPress.NamingConventions -- PHP's own name.
		$stat   = $zip->statIndex( $i );
		$system = 0;
		$mode   = 0;
		$zip->getExternalAttributesIndex( $i, $system, $mode );
		$entries[] = [
			'name' => is_array( $stat ) ? (string) $stat['name'] : '',
			'size' => is_array( $stat ) ? (int) $stat['size'] : 0,
			'link' => ZipArchive::OPSYS_UNIX === $system && 0120000 === ( ( $mode >> 16 ) & 0170000 ),
		];
	}
	$header = (string) $zip->getFromName( MAIN_FILE, HEADER_BYTES );
	$zip->close();
	return [
		'entries' => count( $entries ) > MOST_ENTRIES ? null : $entries,
		'header'  => $header,
	];
}

/**
 * Look into a package by WordPress' replacement for the extension. It shows no links, and unpacks none as such.
 *
 * @return array{entries:array|null,header:string}|null Null if it is none.
 */
function look_with_pclzip( string $file ): ?array {
	require_once ABSPATH . 'wp-admin/includes/class-pclzip.php';
	$zip  = new PclZip( $file );
	$list = $zip->listContent();
	if ( ! is_array( $list ) ) {
		return null;
	}
	$entries = [];
	$header  = '';
	foreach ( $list as $one ) {
		$entries[] = [
			'name' => (string) $one['stored_filename'],
			'size' => (int) $one['size'],
			'link' => false,
		];
		if ( MAIN_FILE === $one['stored_filename'] && $one['size'] <= MOST_UNPACKED_BYTES / 64 ) {
			$content = $zip->extract( PCLZIP_OPT_BY_INDEX, (string) $one['index'], PCLZIP_OPT_EXTRACT_AS_STRING );
			$header  = is_array( $content ) ? substr( (string) $content[0]['content'], 0, HEADER_BYTES ) : '';
		}
	}
	return [
		'entries' => count( $entries ) > MOST_ENTRIES ? null : $entries,
		'header'  => $header,
	];
}
