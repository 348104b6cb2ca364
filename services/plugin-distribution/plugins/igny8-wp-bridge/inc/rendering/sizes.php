<?php
/**
 * How large the image behind an `<img>` is: as the library knows it, else as the tag says.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Rendering;

const CACHE_GROUP = 'igny8_bridge_attachments';

/**
 * Tell an image's size in pixels.
 *
 * @return array{0:int,1:int} Width and height, 0 where unknown.
 */
function size_of( string $img ): array {
	$url  = attribute( $img, 'src' );
	$size = size_in_library( attachment_id_in( $img ) ?: attachment_at( $url ), $url );
	if ( $size[0] && $size[1] ) {
		return $size;
	}
	$width  = attribute( $img, 'width' );
	$height = attribute( $img, 'height' );
	return ctype_digit( $width ) && ctype_digit( $height ) ? [ (int) $width, (int) $height ] : [ 0, 0 ];
}

/** Read which attachment a tag names by its class, 0 if none. */
function attachment_id_in( string $img ): int {
	return preg_match( '~(?:\A|\s)wp-image-([1-9][0-9]*)(?:\s|\z)~', attribute( $img, 'class' ), $match ) ? (int) $match[1] : 0;
}

/** Find the attachment behind one of this site's own URLs, 0 if none; the library has no index for it, so it is remembered. */
function attachment_at( string $url ): int {
	$uploads = preg_replace( '~\Ahttps?:~i', '', (string) wp_get_upload_dir()['baseurl'] );
	if ( '' === $url || 0 !== strpos( (string) preg_replace( '~\Ahttps?:~i', '', $url ), "$uploads/" ) ) {
		return 0;
	}
	$id = wp_cache_get( md5( $url ), CACHE_GROUP );
	if ( false === $id ) {
		$id = attachment_url_to_postid( $url );
		wp_cache_set( md5( $url ), $id, CACHE_GROUP, HOUR_IN_SECONDS );
	}
	return (int) $id;
}

/**
 * Tell the size of an attachment's file behind a URL, which may be one of its smaller ones and cut to another shape.
 *
 * @return array{0:int,1:int}
 */
function size_in_library( int $attachment_id, string $url ): array {
	$known = $attachment_id ? wp_get_attachment_metadata( $attachment_id ) : false;
	if ( ! is_array( $known ) ) {
		return [ 0, 0 ];
	}
	$file = wp_basename( (string) strtok( $url, '?#' ) );
	foreach ( (array) ( $known['sizes'] ?? [] ) as $size ) {
		if ( isset( $size['file'], $size['width'], $size['height'] ) && $size['file'] === $file ) {
			$known = $size;
			break;
		}
	}
	return [ (int) ( $known['width'] ?? 0 ), (int) ( $known['height'] ?? 0 ) ];
}
