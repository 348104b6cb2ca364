<?php
/**
 * The images of a post, all of which are in the library already: the plugin itself fetches nothing.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

/** Post meta: the source of each image of a post, by attachment. */
const IMAGE_SOURCES = '_igny8_image_sources';

/** Set the featured image, remember the gallery and attach what has no post yet; what could not be had stays as it was. */
function set_images( int $post_id, array $payload ): array {
	$known    = library_images( $payload['media'] );
	$warnings = [];
	foreach ( $payload['media'] as $image ) {
		if ( ! isset( $known[ source_url( $image ) ] ) ) {
			$warnings[] = warning( 'image_missing', source_url( $image ), 'The library has no such attachment.', 'images' );
		}
	}
	$featured = $payload['featured_image_url'];
	if ( isset( $known[ $featured ] ) ) {
		set_post_thumbnail( $post_id, $known[ $featured ] );
		if ( (int) get_post_thumbnail_id( $post_id ) !== $known[ $featured ] ) {
			$warnings[] = warning( 'featured_image_failed', $featured, 'WordPress did not take the featured image.', 'images' );
		}
	} elseif ( '' !== $featured ) {
		$warnings[] = warning( 'featured_image_missing', $featured, 'The image was not sent to the library.', 'images' );
	} else {
		delete_post_thumbnail( $post_id );
	}
	$gallery = [];
	foreach ( $payload['gallery_images'] as $image ) {
		$url = isset( $image['url'] ) && is_string( $image['url'] ) ? $image['url'] : '';
		if ( isset( $known[ $url ] ) ) {
			$gallery[] = $known[ $url ];
		} else {
			$warnings[] = warning( 'gallery_image_missing', $url, 'The image was not sent to the library.', 'images' );
		}
	}
	if ( $gallery ) {
		update_post_meta( $post_id, '_igny8_gallery', $gallery );
	} elseif ( ! $payload['gallery_images'] ) {
		delete_post_meta( $post_id, '_igny8_gallery' );
	}
	remember_sources( $post_id, $known );
	attach( $post_id, array_values( $known ) );
	return $warnings;
}

/** Remember where the images of a post came from, beside those of earlier commands. */
function remember_sources( int $post_id, array $known ): void {
	$before  = get_post_meta( $post_id, IMAGE_SOURCES, true );
	$sources = array_flip( $known ) + ( is_array( $before ) ? $before : [] );
	if ( $sources ) {
		update_post_meta( $post_id, IMAGE_SOURCES, wp_slash( $sources ) );
	}
}

/**
 * List where the images of a post came from.
 *
 * @return array<string,string> Sources by the library's URLs.
 */
function image_sources( int $post_id ): array {
	$kept    = get_post_meta( $post_id, IMAGE_SOURCES, true );
	$sources = [];
	foreach ( is_array( $kept ) ? $kept : sources_of_attached( $post_id ) as $attachment_id => $source ) {
		$url = (string) wp_get_attachment_url( (int) $attachment_id );
		if ( '' !== $url ) {
			$sources[ $url ] = (string) $source;
		}
	}
	return $sources;
}

/** List the sources of a post's images as these know them, for posts that were made before they were remembered. */
function sources_of_attached( int $post_id ): array {
	$sources = [];
	foreach ( get_attached_media( 'image', $post_id ) as $image ) {
		$sources[ $image->ID ] = (string) get_post_meta( $image->ID, '_igny8_source_url', true );
	}
	return array_filter( $sources, 'strlen' );
}

/** Put the library's URLs in the place of the images' sources, plain or escaped, whole URLs only. */
function with_library_urls( string $html, array $media ): string {
	$urls = [];
	foreach ( library_images( $media ) as $source => $attachment_id ) {
		$url = (string) wp_get_attachment_url( $attachment_id );
		if ( '' !== $url ) {
			$urls[ $source ]                                       = $url;
			$urls[ htmlspecialchars( $source, ENT_QUOTES, 'UTF-8' ) ] = esc_url( $url );
		}
	}
	return replace_urls( $html, $urls );
}

/**
 * Find the library's own URL of each image.
 *
 * @return array<string,int> Attachments by URL.
 */
function library_urls( array $media ): array {
	$urls = [];
	foreach ( library_images( $media ) as $attachment_id ) {
		$url = (string) wp_get_attachment_url( $attachment_id );
		if ( '' !== $url ) {
			$urls[ $url ] = $attachment_id;
		}
	}
	return $urls;
}

/** Replace whole URLs, the longest first. */
function replace_urls( string $html, array $urls ): string {
	if ( ! $urls ) {
		return $html;
	}
	$sources = array_map( 'strval', array_keys( $urls ) );
	usort(
		$sources,
		static function ( string $a, string $b ): int {
			return strlen( $b ) - strlen( $a );
		}
	);
	$quoted = array_map(
		static function ( string $source ): string {
			return preg_quote( $source, '~' );
		},
		$sources
	);
	$replaced = preg_replace_callback(
		'~(?:' . implode( '|', $quoted ) . ')(?![A-Za-z0-9_.\~%/?&=#:+-])~',
		static function ( array $match ) use ( $urls ): string {
			return $urls[ $match[0] ];
		},
		$html
	);
	return is_string( $replaced ) ? $replaced : $html;
}

/**
 * Keep the images the library really has.
 *
 * @return array<string,int> Attachments by source URL.
 */
function library_images( array $media ): array {
	$known = [];
	foreach ( $media as $image ) {
		$id     = isset( $image['attachment_id'] ) && is_numeric( $image['attachment_id'] ) ? (int) $image['attachment_id'] : 0;
		$source = source_url( $image );
		if ( '' !== $source && $id > 0 && 'attachment' === get_post_type( $id ) ) {
			$known[ $source ] = $id;
		}
	}
	return $known;
}

/** Tell an image's source. */
function source_url( array $image ): string {
	return isset( $image['source_url'] ) && is_string( $image['source_url'] ) ? $image['source_url'] : '';
}

/** Attach images without a post to this one. */
function attach( int $post_id, array $attachment_ids ): void {
	global $wpdb;
	foreach ( $attachment_ids as $id ) {
		if ( 0 === wp_get_post_parent_id( $id ) ) {
			$wpdb->update( $wpdb->posts, [ 'post_parent' => $post_id ], [ 'ID' => $id ] );
			clean_attachment_cache( $id );
		}
	}
}
