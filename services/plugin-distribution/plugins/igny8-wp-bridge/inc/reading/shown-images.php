<?php
/**
 * The images of the library that a text shows: by the ids that WordPress writes, else by the files they show.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Reading;

use IGNY8\Bridge\Rendering;

/** More images than this of one text are not looked for. */
const MOST_IMAGES = 300;

/**
 * Find the images of texts.
 *
 * @param array<int,\WP_Post> $posts By id.
 * @return array<int,int[]> Attachments by post, in the order of the text; what is none, describing it will tell.
 */
function shown_images( array $posts ): array {
	$base  = preg_replace( '~^https?:~i', '', (string) wp_upload_dir( null, false )['baseurl'] );
	$found = [];
	$files = [];
	foreach ( $posts as $id => $post ) {
		$found[ $id ] = images_in( $post->post_content, (string) $base );
		$files        = array_merge( $files, array_filter( $found[ $id ], 'is_string' ) );
	}
	$ids   = attachments_of_files( array_values( array_unique( $files ) ) );
	$shown = [];
	foreach ( $found as $post_id => $images ) {
		$shown[ $post_id ] = [];
		foreach ( $images as $image ) {
			$shown[ $post_id ][] = is_int( $image ) ? $image : id_of_file( $image, $ids );
		}
		$shown[ $post_id ] = array_values( array_unique( array_filter( $shown[ $post_id ] ) ) );
	}
	load_images( $shown ? array_merge( ...array_values( $shown ) ) : [] );
	return $shown;
}

/**
 * List the images of a text.
 *
 * @param string $html Content as it is stored.
 * @param string $base Address of the uploads, without its scheme.
 * @return array<int,int|string> Attachments, or files below the uploads of which the text does not say the attachment.
 */
function images_in( string $html, string $base ): array {
	$images = [];
	if ( preg_match_all( '~<!--\s+wp:(?:core/)?(?:cover|media-text)\s+(\{(?:(?!-->).)*?\})\s+/?-->~s', $html, $blocks ) ) {
		foreach ( array_slice( $blocks[1], 0, MOST_IMAGES ) as $json ) {
			$attributes = json_decode( $json, true );
			$id         = $attributes['id'] ?? $attributes['mediaId'] ?? 0;
			$images[]   = is_int( $id ) ? $id : 0;
		}
	}
	if ( preg_match_all( '~\[gallery\b[^\]]*?\bids=["\']?([0-9, ]+)~', $html, $galleries ) ) {
		$images = array_merge( $images, array_map( 'intval', explode( ',', implode( ',', $galleries[1] ) ) ) );
	}
	$at = 0;
	while ( count( $images ) < MOST_IMAGES && preg_match( Rendering\IMG, $html, $match, PREG_OFFSET_CAPTURE, $at ) ) {
		list( $tag, $begin ) = $match[0];
		$at                  = $begin + strlen( $tag );
		$images[]            = preg_match( '~\bwp-image-([0-9]{1,18})\b~', Rendering\attribute( $tag, 'class' ), $id ) ? (int) $id[1] : file_in_uploads( Rendering\attribute( $tag, 'src' ), $base );
	}
	return array_slice( array_values( array_unique( array_filter( $images ) ) ), 0, MOST_IMAGES );
}

/** Tell which file below the uploads an address shows, '' if none. */
function file_in_uploads( string $url, string $base ): string {
	$url = preg_replace( '~^https?:|[?#].*$~i', '', $url );
	return is_string( $url ) && 0 === strpos( $url, $base . '/' ) ? rawurldecode( substr( $url, strlen( $base ) + 1 ) ) : '';
}

/** List the files the library may know a file by: it may be a smaller size, and the large one may have been scaled. */
function originals( string $file ): array {
	$plain = preg_replace( '~-[0-9]+x[0-9]+(?=\.[a-z0-9]+$)~i', '', $file );
	return array_values( array_unique( [ $file, $plain, preg_replace( '~(?=\.[a-z0-9]+$)~i', '-scaled', $plain ) ] ) );
}

/**
 * Find attachments by their files, in one statement for all.
 *
 * @return array<string,int> Attachments by file.
 */
function attachments_of_files( array $files ): array {
	global $wpdb;
	$ids = [];
	foreach ( array_chunk( $files, 200 ) as $some ) {
		$names  = array_merge( ...array_map( __NAMESPACE__ . '\\originals', $some ) );
		$places = implode( ',', array_fill( 0, count( $names ), '%s' ) );
		$sql    = "SELECT post_id, meta_value FROM {$wpdb->postmeta} WHERE meta_key = '_wp_attached_file' AND meta_value IN ($places)";
		foreach ( (array) $wpdb->get_results( $wpdb->prepare( $sql, $names ) ) as $row ) {
			$ids += [ $row->meta_value => (int) $row->post_id ];
		}
	}
	return $ids;
}

/** Tell the attachment of a file, 0 if the library has none. */
function id_of_file( string $file, array $ids ): int {
	foreach ( originals( $file ) as $name ) {
		if ( isset( $ids[ $name ] ) ) {
			return $ids[ $name ];
		}
	}
	return 0;
}
